"""Refusals and failures while money is booked: a wrong amount, too little money, or a service that does not answer."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversion.errors import Refused, ServiceDown, Unavailable
from conversion.money import Money, format_money


class TooSmallToConvert(Refused):
    code = "amount_too_small"
    meaning = "The amount is so small that it would be zero in the other currency."
    field = "amount"
    message = gettext_lazy("This amount is too small: it would be zero in the other currency. Enter a larger amount.")


class InsufficientFunds(Refused):
    """The payer's wallet has too little money.

    `missing` is how much more the payer needs, in the payer's currency. It is None where the ledger declined the
    transfer, because the ledger's answer has no amount.
    """

    code = "insufficient_funds"
    meaning = "The payer's wallet has too little money. A decline that is stored under a key stays a decline."
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
    meaning = "This request booked nothing. Send the same request again after Retry-After seconds."
    message = gettext_lazy("The wallet is very busy. Nothing was booked this time; it is safe to try again.")


class DiskFull(Unavailable):
    code = "disk_full"
    meaning = "The server's disk is full. Nothing was booked, and nothing will be until somebody makes room."
    message = gettext_lazy(
        "The disk of the wallet's server is full. Nothing was booked this time. Please tell an administrator."
    )


class InDoubt(Unavailable):
    """The only failure after which nobody knows whether money was booked. The next try with the same key tells it."""

    code = "outcome_unknown"
    meaning = "The database went away during COMMIT. Send the same request again: it is booked once at most."
    message = gettext_lazy(
        "The database stopped answering before it confirmed your form, so it may or may not have been booked. "
        "Send the same form again: it is booked once at most. You can also look at your history."
    )


class ClockDown(ServiceDown):
    code = "clock_down"
    meaning = "The timestamp service does not answer. Nothing was booked. Send the same request again."
    message = gettext_lazy(
        "The timestamp service is not answering. Nothing was booked this time; it is safe to try again."
    )


class ClockIsWrong(ServiceDown):
    code = "clock_wrong"
    meaning = "Timestamp service and database disagree about the time. Nothing was booked. Send the same request again."
    message = gettext_lazy(
        "The timestamp service and the database disagree about the time. "
        "Nothing was booked this time; it is safe to try again."
    )


class ConversionDown(ServiceDown):
    code = "conversion_down"
    meaning = "The conversion service does not answer. Nothing was booked. Send the same request again."
    message = gettext_lazy(
        "The conversion service is not answering. Nothing was booked this time; it is safe to try again."
    )


class RatesTooOld(Unavailable):
    code = "rates_too_old"
    meaning = "The exchange rate is too old, so nothing is converted until there is a new one. Nothing was booked."
    message = gettext_lazy(
        "The exchange rate of this currency is too old, so nothing is converted until there is a new one. Nothing was "
        "booked. Payments within one currency work."
    )
