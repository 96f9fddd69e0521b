"""Refusals of a top-up."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversion.errors import NotAllowed, Refused
from conversion.money import Money, format_money


class TopUpsAreOff(NotAllowed):
    code = "top_ups_off"
    meaning = "This installation has no top-ups on trust (TOP_UP_DAILY_CAP is 0)."
    message = gettext_lazy("Nobody can top up on trust here. Please pay cash to a cashier. Nothing was booked.")


class OverTheDailyCap(Refused):
    """The top-up on trust exceeds the daily cap. `left` is how much the member can still top up today."""

    code = "over_daily_cap"
    meaning = "The amount is more than what is left of the daily cap for top-ups on trust."
    field = "amount"

    def __init__(self, *, cap: Money, left: Money) -> None:
        self.cap, self.left = cap, left
        super().__init__(
            _(
                "You can top up %(cap)s a day on trust; %(left)s is left today. The limit starts again at midnight. "
                "For more, pay cash to a cashier."
            )
            % {"cap": format_money(cap), "left": format_money(left)}
        )
