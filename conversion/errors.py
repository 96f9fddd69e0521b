"""What can go wrong, as the person who caused it reads it: the base classes, and what every app may raise.

PaymentError
├── Refused                 the person can mend it: a wrong amount, a wrong recipient, too little money, a wrong PIN
│   └── InvalidAmount · OtherCurrency · KeyReused, and what each feature brings in its own `errors.py`
└── Unavailable             nobody's fault here: nothing was booked, the same key may be sent again
    └── ServiceDown         a service the wallet needs does not answer

NotFound stands beside them: it is no refusal that a page or form shows, it is the 404 itself.

They stand in this lowest room because pages (`web`) and the JSON face (`api`) show them, and neither may know the apps
above. Each has a stable `code`, the same in the JSON face; a `message`; the form `field` it belongs to, if any; and the
`next_step` (label, url name) that helps.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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


class OtherCurrency(Refused):
    """An amount came with a currency that is not `expected`, the one it is in."""

    code = "other_currency"
    field = "currency"

    def __init__(self, expected: str) -> None:
        self.expected = expected
        super().__init__(_("This amount is in %(code)s.") % {"code": expected})


class KeyReused(Refused):
    """The same idempotency key came with other content; `differing` names the field."""

    code = "key_reused"

    def __init__(self, differing: str) -> None:
        self.differing = differing
        super().__init__(
            _("This form was already sent with another %(field)s. Please start again.") % {"field": differing}
        )


class Unavailable(PaymentError):
    """Nothing was booked, and the same form with the same key may be sent again."""

    code = "unavailable"
    http_status = 503


class ServiceDown(Unavailable):
    code = "service_down"
    message = gettext_lazy("A service the wallet needs is not answering. Nothing was booked; it is safe to try again.")


class NotFound(Exception):
    """There is nothing there, or it is not theirs: nobody is to know which. It becomes the 404 of page or JSON face."""
