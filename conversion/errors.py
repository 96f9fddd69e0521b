"""Errors that people are told: the base classes, and the errors that every app may raise.

PaymentError
├── Refused                 the person can correct it: a wrong amount, a wrong payee, too little money
│   ├── NotAllowed          the person may not do this, or the secret is wrong: a frozen account, a wrong PIN
│   ├── Conflict            the object has changed meanwhile: a closed request, a hold that has ended
│   ├── TooOften            the person must wait: a locked PIN, too many passwords
│   └── InvalidAmount · OtherCurrency · KeyReused, and the errors in each feature's own `errors.py`
└── Unavailable             the person did nothing wrong: nothing was booked, the same key may be sent again
    └── ServiceDown         a service that the wallet needs does not answer

NotFound is not a PaymentError: no page or form shows it as a refusal, it becomes the 404 itself.

The errors are in this lowest room because pages (`web`) and the JSON face (`api`) show them, and neither may import the
apps above. An exception says what happened and nothing of HTTP: `web` and `api` have tables from base class to status.
A feature's `next_steps.py` says what a person can do next.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from math import ceil
from typing import TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .money import Money

Text = str | Promise
NextStep = tuple[Text, str]  # the label of a button, and the name of the page it leads to

T = TypeVar("T")


class PaymentError(Exception):
    """An error about money that a person is told.

    `code` is the same on pages and in the JSON face, and never changes its meaning. `meaning` explains the code to
    programmers, in English. `message` is what a person reads. `field` is the form's field to which the error belongs.
    """

    code: str
    meaning: str
    codes: Mapping[str, str] = {}  # code → meaning, if each instance has a code of its own
    message: Text = gettext_lazy("This did not work. Nothing was booked.")
    field: str | None = None
    sums: Mapping[str, Money] = {}  # amounts that a program needs to go on, by their names in a problem
    is_stored = False  # True: the ledger stored it under the form's key, so another try needs a new key

    def __init__(self, message: Text | None = None) -> None:
        if message is not None:
            self.message = message
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)


class Refused(PaymentError):
    """The request is refused. The person can change it and try again."""


class NotAllowed(Refused):
    """The person may not do this, or the secret that was sent (such as the PIN) is wrong."""


class Conflict(Refused):
    """The object of the request, for example a payment request or a hold, has changed meanwhile."""


class TooOften(Refused):
    """The person tried too often and must wait until `until`, by the database's clock."""

    until: dt.datetime

    @property
    def wait_s(self) -> int:
        """Whole seconds from now until the next try, at least one."""
        return max(1, ceil((self.until - dt.datetime.now(dt.UTC)).total_seconds()))


class Unavailable(PaymentError):
    """Nothing was booked. The same form with the same key may be sent again."""


class ServiceDown(Unavailable):
    message = gettext_lazy(
        "A service the wallet needs is not answering. Nothing was booked this time; it is safe to try again."
    )


class NotFound(Exception):
    """There is no such object, or it belongs to another person. Both are answered alike (404): nobody learns which."""


class InvalidAmount(Refused):
    """The text that was typed or sent is not an amount that can be paid."""

    field = "amount"


class AmountMissing(InvalidAmount):
    code = "amount_missing"
    meaning = "There is no amount."
    message = gettext_lazy("Please enter an amount.")


class AmountUnreadable(InvalidAmount):
    code = "amount_unreadable"
    meaning = "The amount is not a string of digits with at most one point."
    message = gettext_lazy("Please write the amount in digits, like 24.70.")


class AmountAmbiguous(InvalidAmount):
    code = "amount_ambiguous"
    meaning = "The amount can be read as two different amounts."


class AmountTooPrecise(InvalidAmount):
    code = "amount_too_precise"
    meaning = "The amount has more decimal places than its currency."


class NotPositive(InvalidAmount):
    code = "amount_not_positive"
    meaning = "The amount is zero or negative."
    message = gettext_lazy("The amount must be more than zero.")


class AmountTooLarge(InvalidAmount):
    code = "amount_too_large"
    meaning = "The amount is larger than the largest amount that can be booked."
    message = gettext_lazy("This amount is too large.")


class OtherCurrency(Refused):
    """An amount was sent in another currency than `expected` (a currency code)."""

    code = "other_currency"
    meaning = "The amount is not in the required currency."
    field = "currency"

    def __init__(self, expected: str) -> None:
        self.expected = expected
        super().__init__(_("This amount must be in %(code)s.") % {"code": expected})


class KeyReused(Refused):
    """The key was used before with other content. `differing` names the field whose content differs."""

    code = "key_reused"
    meaning = "The Idempotency-Key was used before with other content. `field` names the part that differs."

    def __init__(self, differing: str) -> None:
        self.differing = differing
        super().__init__(
            _("This form was already sent with another %(field)s. Please start again.") % {"field": differing}
        )


def nearest(table: Mapping[type[PaymentError], T], kind: type[PaymentError]) -> T | None:
    """The value that `table` has for `kind`, or else for its nearest base class; None if it has none."""
    return next((table[each] for each in kind.__mro__ if each in table), None)


next_steps: dict[type[PaymentError], NextStep] = {}  # filled by `wallet_site` from each feature's `next_steps.py`


def next_step_of(refusal: PaymentError) -> NextStep | None:
    """What the person can do next: the label of a button and the name of its page; None if no feature names one."""
    return nearest(next_steps, type(refusal))
