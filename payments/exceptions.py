"""What can go wrong with money, as the person who caused it reads it.

PaymentError
├── Refused                 the person can mend it: wrong amount, wrong recipient, too little money, wrong PIN
│   ├── InvalidAmount · NotPositive · TooSmallToConvert · OtherCurrency
│   ├── NoSuchRecipient · ToOneself
│   ├── InsufficientFunds · OverTheDailyCap
│   ├── QuoteExpired · KeyReused
│   ├── RequestIsClosed · AccountFrozen
│   ├── HoldHasEnded · MoreThanHeld · OnlyAsAWhole
│   ├── FileUnreadable · RowsHaveProblems · MassPaymentIsClosed
│   ├── CannotUndo          AlreadyUndone · RecipientLacksFunds
│   ├── CannotRefund        MoreThanPaid
│   └── PinMissing · PinWrong · PinLocked
└── Unavailable             nobody's fault here: nothing was booked, the same key may be sent again
    ├── Busy
    ├── InDoubt             the exception to that: it may have been booked, and the same key may be sent again
    └── ServiceDown         ClockDown · ClockIsWrong · ConversionDown

Each has a stable `code`, the same in the JSON face; a `message`; the form `field` it belongs to, if any; and the
`next_step` (label, url name) that helps.
"""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from conversion.money import Money, format_money

type_of_text = str | Promise
NextStep = tuple[type_of_text, str]


class PaymentError(Exception):
    """Something about money that a person is told, with what they can do next."""

    code = "payment_error"
    message: type_of_text = gettext_lazy("This did not work. Nothing was booked.")
    field: str | None = None
    next_step: NextStep | None = None
    http_status = 422
    is_stored = False  # by the ledger, under the form's key: what is asked next needs another

    def __init__(self, message: type_of_text | None = None) -> None:
        if message is not None:
            self.message = message
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)


class Refused(PaymentError):
    """The request was understood and is refused; the person can change it."""


class InvalidAmount(Refused):
    field = "amount"

    def __init__(self, code: str, message: type_of_text) -> None:
        super().__init__(message)
        self.code = code


class NotPositive(Refused):
    code = "amount_not_positive"
    field = "amount"
    message = gettext_lazy("The amount must be more than zero.")


class TooSmallToConvert(Refused):
    code = "amount_too_small"
    field = "amount"
    message = gettext_lazy("This is too little to arrive as anything in the other currency. Send a larger amount.")


class OtherCurrency(Refused):
    """An amount came with a currency that is not `expected`, the one it is in."""

    code = "other_currency"
    field = "currency"

    def __init__(self, expected: str) -> None:
        self.expected = expected
        super().__init__(_("This amount is in %(code)s.") % {"code": expected})


class NoSuchRecipient(Refused):
    code = "recipient_unknown"
    field = "recipient"
    message = gettext_lazy("User does not exist.")


class ToOneself(Refused):
    code = "recipient_is_sender"
    field = "recipient"
    message = gettext_lazy("You cannot transfer money to yourself.")


class RequestFromOneself(ToOneself):
    code = "payer_is_requester"
    field = "payer"
    message = gettext_lazy("You cannot send a payment request to yourself.")


class HoldForOneself(ToOneself):
    field = "payee"
    message = gettext_lazy("You cannot set money aside for yourself.")


class AccountFrozen(Refused):
    code = "account_frozen"
    http_status = 403
    message = gettext_lazy("This account is frozen. Please ask an administrator.")


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


class OverTheDailyCap(Refused):
    """A top-up on trust beyond what one day allows; `left` is what would still go."""

    code = "over_daily_cap"
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


class QuoteExpired(Refused):
    code = "quote_expired"
    message = gettext_lazy("This offer has expired. Please look at the new one and confirm again. Nothing was booked.")


class KeyReused(Refused):
    """The same idempotency key came with other content; `differing` names the field."""

    code = "key_reused"

    def __init__(self, differing: str) -> None:
        self.differing = differing
        super().__init__(
            _("This form was already sent with another %(field)s. Please start again.") % {"field": differing}
        )


class RequestIsClosed(Refused):
    """The payment request was already paid, declined, cancelled, or has expired; `status` says which."""

    code = "request_closed"
    http_status = 409

    def __init__(self, status: str, label: type_of_text) -> None:
        self.status = status
        super().__init__(_("This request is already closed: %(status)s.") % {"status": label})


class CannotUndo(Refused):
    code = "cannot_undo"
    http_status = 409
    message = gettext_lazy("This can no longer be undone. Only your own transfers can be, within 60 minutes.")


class AlreadyUndone(CannotUndo):
    code = "already_undone"
    message = gettext_lazy("This was already undone.")


class RecipientLacksFunds(CannotUndo):
    code = "recipient_lacks_funds"
    message = gettext_lazy("This cannot be undone: the money is already spent. Ask for it back with a request.")
    next_step = (gettext_lazy("Request money"), "payments:new_request")


class CannotRefund(Refused):
    code = "cannot_refund"
    http_status = 409
    message = gettext_lazy("This cannot be refunded: only payments that you received, and that were not undone.")


class MoreThanPaid(CannotRefund):
    code = "more_than_paid"
    http_status = 422
    field = "amount"

    def __init__(self, left: Money | None = None) -> None:
        if left is None:
            super().__init__(_("That is more than was paid and not yet refunded."))
        else:
            super().__init__(_("Of this payment %(left)s can still be refunded.") % {"left": format_money(left)})


class HoldHasEnded(Refused):
    """The reserved amount was already captured, released, or has expired; `status` says which."""

    code = "hold_ended"
    http_status = 409

    def __init__(self, status: str, label: type_of_text) -> None:
        self.status = status
        super().__init__(_("This amount is no longer reserved: %(status)s.") % {"status": label})


class MoreThanHeld(Refused):
    code = "more_than_held"
    field = "amount"

    def __init__(self, held: Money) -> None:
        super().__init__(_("Only %(held)s is reserved. Take that or less.") % {"held": format_money(held)})


class OnlyAsAWhole(Refused):
    code = "only_as_a_whole"
    field = "amount"
    message = gettext_lazy("This is offered as a whole: accept all of it, or decline.")


class FileUnreadable(Refused):
    """A mass payment's file that cannot be taken as a whole; `code` says why."""

    field = "file"

    def __init__(self, code: str, message: type_of_text) -> None:
        super().__init__(message)
        self.code = code


class RowsHaveProblems(Refused):
    code = "rows_have_problems"
    http_status = 409
    message = gettext_lazy("Some rows cannot be paid. Please correct the file and upload it again.")


class MassPaymentIsClosed(Refused):
    """It was already confirmed, or cancelled; `status` says which."""

    code = "mass_payment_closed"
    http_status = 409

    def __init__(self, status: str, label: type_of_text) -> None:
        self.status = status
        super().__init__(_("This mass payment can no longer be changed: %(status)s.") % {"status": label})


class PinMissing(Refused):
    code = "pin_missing"
    field = "pin"
    message = gettext_lazy("Please enter your 6-digit PIN.")


class PinWrong(Refused):
    code = "pin_wrong"
    field = "pin"
    http_status = 403

    def __init__(self, tries_left: int) -> None:
        self.tries_left = tries_left
        super().__init__(
            ngettext(
                "Wrong PIN. %(n)s try left before it is locked for 15 minutes.",
                "Wrong PIN. %(n)s tries left before it is locked for 15 minutes.",
                tries_left,
            )
            % {"n": tries_left}
        )


class PinLocked(Refused):
    code = "pin_locked"
    field = "pin"
    http_status = 429

    def __init__(self, until: dt.datetime) -> None:
        self.until = until
        super().__init__(
            _("Too many wrong PINs. It is locked until %(time)s.")
            % {"time": date_format(timezone.localtime(until), "TIME_FORMAT")}
        )


class Unavailable(PaymentError):
    """Nothing was booked, and the same form with the same key may be sent again."""

    code = "unavailable"
    http_status = 503


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


class ServiceDown(Unavailable):
    code = "service_down"
    message = gettext_lazy("A service the wallet needs is not answering. Nothing was booked; it is safe to try again.")


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
