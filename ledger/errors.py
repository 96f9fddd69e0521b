"""What can go wrong while money is booked: a wrong amount, too little of it, a service or database that is away."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversion.errors import Refused, ServiceDown, Unavailable
from conversion.money import Money, format_money


class NotPositive(Refused):
    code = "amount_not_positive"
    field = "amount"
    message = gettext_lazy("The amount must be more than zero.")


class TooSmallToConvert(Refused):
    code = "amount_too_small"
    field = "amount"
    message = gettext_lazy("This is too little to arrive as anything in the other currency. Send a larger amount.")


class InsufficientFunds(Refused):
    """`missing` is how much more would be needed, in the payer's currency; None where the ledger alone said no."""

    code = "insufficient_funds"
    field = "amount"
    next_step = (gettext_lazy("Top up"), "payments:top_up")

    def __init__(self, missing: Money | None = None) -> None:
        self.missing = missing
        if missing is None:
            super().__init__(_("There is not enough money in your wallet. Nothing was booked."))
        else:
            super().__init__(
                _("You are %(missing)s short. Top up, or send a smaller amount. Nothing was booked.")
                % {"missing": format_money(missing)}
            )


class Busy(Unavailable):
    code = "busy"
    message = gettext_lazy("The wallet is very busy. Nothing was booked; it is safe to try again.")


class InDoubt(Unavailable):
    """The one case in which nobody here knows; the key does, as soon as the database answers again."""

    code = "outcome_unknown"
    message = gettext_lazy(
        "The database went away at the last moment, so it may or may not have been booked. "
        "Send the same form again: it is booked once at most. Your history shows it as well."
    )


class ClockDown(ServiceDown):
    code = "clock_down"
    message = gettext_lazy("The timestamp service is not answering. Nothing was booked; it is safe to try again.")


class ClockIsWrong(ServiceDown):
    code = "clock_wrong"
    message = gettext_lazy(
        "The timestamp service and the database disagree about the time. Nothing was booked; it is safe to try again."
    )


class ConversionDown(ServiceDown):
    code = "conversion_down"
    message = gettext_lazy("The conversion service is not answering. Nothing was booked; it is safe to try again.")
