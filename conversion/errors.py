"""What can go wrong: the base classes, and what every app may raise.

PaymentError
├── Refused                 the person can mend it: a wrong amount, a wrong payee, too little money
│   ├── NotAllowed          not this person, or not with what they gave: a frozen account, a wrong PIN
│   ├── Conflict            what it is about has changed meanwhile: a closed request, a hold that has ended
│   ├── TooOften            only waiting helps: a locked PIN
│   └── InvalidAmount · OtherCurrency · KeyReused, and what each feature brings in its own `errors.py`
└── Unavailable             nobody's fault here: nothing was booked, the same key may be sent again
    └── ServiceDown         a service the wallet needs does not answer

NotFound stands beside them: it is no refusal that a page or form shows, it is the 404 itself.

They are in this lowest room because pages (`web`) and the JSON face (`api`) show them, and neither may know the apps
above. An exception says what happened and nothing of HTTP: the two faces have the table of statuses by base class. What
a person can do next is said by a feature's `next_steps.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Text = str | Promise
NextStep = tuple[Text, str]  # the label of a button, and the name of the page it leads to

T = TypeVar("T")


class PaymentError(Exception):
    """Something about money that a person is told.

    `code` is the same on pages and in the JSON face and never changes its meaning, which `meaning` tells programs in
    one English sentence. `message` is what a person reads, `field` the form's field to which it belongs.
    """

    code: str
    meaning: str
    codes: Mapping[str, str] = {}  # where each instance has a code of its own: every one, with its meaning
    message: Text = gettext_lazy("This did not work. Nothing was booked.")
    field: str | None = None
    is_stored = False  # by the ledger, under the form's key: what is asked next needs another

    def __init__(self, message: Text | None = None) -> None:
        if message is not None:
            self.message = message
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)


class Refused(PaymentError):
    """The request was understood and is refused; the person can change it."""


class NotAllowed(Refused):
    """This person may not do it, or not with the secret that came."""


class Conflict(Refused):
    """It no longer fits what it is about, which has changed meanwhile."""


class TooOften(Refused):
    """It was tried too often; only waiting helps."""


class Unavailable(PaymentError):
    """Nothing was booked, and the same form with the same key may be sent again."""


class ServiceDown(Unavailable):
    message = gettext_lazy("A service the wallet needs is not answering. Nothing was booked; it is safe to try again.")


class NotFound(Exception):
    """There is nothing there, or it is not theirs: nobody is to know which. It becomes the 404 of page or JSON face."""


class InvalidAmount(Refused):
    """What was typed or sent is no amount that can be paid."""

    field = "amount"


class AmountMissing(InvalidAmount):
    code = "amount_missing"
    meaning = "No amount was typed."
    message = gettext_lazy("Please enter an amount.")


class AmountUnreadable(InvalidAmount):
    code = "amount_unreadable"
    meaning = "The amount is not text of digits with at most one point."
    message = gettext_lazy("Please write the amount in digits, like 24.70.")


class AmountAmbiguous(InvalidAmount):
    code = "amount_ambiguous"
    meaning = "What was typed can be read as two different amounts."


class AmountTooPrecise(InvalidAmount):
    code = "amount_too_precise"
    meaning = "The amount has more decimals than its currency."


class NotPositive(InvalidAmount):
    code = "amount_not_positive"
    meaning = "The amount is not more than zero."
    message = gettext_lazy("The amount must be more than zero.")


class AmountTooLarge(InvalidAmount):
    code = "amount_too_large"
    meaning = "The amount is beyond what can be booked."
    message = gettext_lazy("This amount is too large.")


class OtherCurrency(Refused):
    """An amount came with a currency that is not `expected`, the one it is in."""

    code = "other_currency"
    meaning = "The amount is in another currency than it must be."
    field = "currency"

    def __init__(self, expected: str) -> None:
        self.expected = expected
        super().__init__(_("This amount is in %(code)s.") % {"code": expected})


class KeyReused(Refused):
    """The same idempotency key came with other content; `differing` names the field."""

    code = "key_reused"
    meaning = "The Idempotency-Key was used with other content; `field` says which part differs."

    def __init__(self, differing: str) -> None:
        self.differing = differing
        super().__init__(
            _("This form was already sent with another %(field)s. Please start again.") % {"field": differing}
        )


def nearest(table: Mapping[type[PaymentError], T], kind: type[PaymentError]) -> T | None:
    """What `table` says of `kind`, or of the nearest of its bases that stands in it."""
    return next((table[each] for each in kind.__mro__ if each in table), None)


next_steps: dict[type[PaymentError], NextStep] = {}  # filled by `wallet_site` from each feature's `next_steps.py`


def next_step_of(refusal: PaymentError) -> NextStep | None:
    """What helps: the label of a button and the name of its page."""
    return nearest(next_steps, type(refusal))
