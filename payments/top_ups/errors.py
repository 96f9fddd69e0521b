"""Refusals of a top-up."""

from __future__ import annotations

from django.utils.translation import gettext as _

from conversion.errors import Refused
from conversion.money import Money, format_money


class OverTheDailyCap(Refused):
    """A top-up on trust beyond what one day allows; `left` is what would still go."""

    code = "over_daily_cap"
    meaning = "More than one may top up on trust in a day."
    field = "amount"

    def __init__(self, *, cap: Money, left: Money) -> None:
        self.cap, self.left = cap, left
        super().__init__(
            _(
                "You can top up %(cap)s a day yourself; %(left)s is left today. The limit resets at midnight. "
                "For more, pay cash at the till."
            )
            % {"cap": format_money(cap), "left": format_money(left)}
        )
