"""The next step for a person who has no PIN."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from .errors import PinNotIssued

NEXT_STEPS = {PinNotIssued: (_("New PIN"), "new_pin")}
