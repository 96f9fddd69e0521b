"""The errors that a pledge can raise."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from conversion.errors import Conflict


class PledgeTooSmall(Conflict):
    code = "pledge_too_small"
    meaning = "A pledge must be at least one whole pound."
    field = "amount"
    message = gettext_lazy("A pledge must be at least one whole pound.")
