"""The next step that is shown after a refused pledge."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from .errors import PledgeTooSmall

NEXT_STEPS = {PledgeTooSmall: (_("Send it instead"), "payments:send")}
