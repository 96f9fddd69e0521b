"""Refusals of a pledge."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from conversion.errors import Conflict


class PledgeTooSmall(Conflict):
    code = "pledge_too_small"
    meaning = "A pledge is of a whole pound at least."
    field = "amount"
    message = gettext_lazy("A pledge is of a whole pound at least.")
