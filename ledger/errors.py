"""What can go wrong while money is booked: a wrong amount, too little of it, a service or database that is away."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversion.errors import Refused, ServiceDown, Unavailable
from conversion.money import Money, format_money


class TooSmallToConvert(Refused):
    code = "amount_too_small"
    meaning = "So little would arrive as nothing in the other currency."
    field = "amount"
    message = gettext_lazy("This is too little to arrive as anything in the other currency. Send a larger amount.")


class InsufficientFunds(Refused):
    """`missing` is how much more would be needed, in the payer's currency; None where the ledger alone said no."""

    code = "insufficient_funds"
    meaning = "There is not enough money. Decided under a key, it stays so under that key."
    field = "amount"

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
    meaning = "Nothing was booked; send the same again after Retry-After seconds."
    message = gettext_lazy("The wallet is very busy. Nothing was booked; it is safe to try again.")


class InDoubt(Unavailable):
    """The one case in which nobody here knows; the key does, as soon as the database answers again."""

    code = "outcome_unknown"
    meaning = "The database went away at the last moment. Send the same again: it is booked once at most."
    message = gettext_lazy(
        "The database went away at the last moment, so it may or may not have been booked. "
        "Send the same form again: it is booked once at most. Your history shows it as well."
    )


class ClockDown(ServiceDown):
    code = "clock_down"
    meaning = "The timestamp service does not answer. Nothing was booked; send the same again."
    message = gettext_lazy("The timestamp service is not answering. Nothing was booked; it is safe to try again.")


class ClockIsWrong(ServiceDown):
    code = "clock_wrong"
    meaning = "Timestamp service and database disagree. Nothing was booked; send the same again."
    message = gettext_lazy(
        "The timestamp service and the database disagree about the time. Nothing was booked; it is safe to try again."
    )


class ConversionDown(ServiceDown):
    code = "conversion_down"
    meaning = "The conversion service does not answer. Nothing was booked; send the same again."
    message = gettext_lazy("The conversion service is not answering. Nothing was booked; it is safe to try again.")
