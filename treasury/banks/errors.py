"""Refusals that have to do with a bank's settings."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversion.errors import Conflict, NotAllowed, Refused
from conversion.money import Money, format_money


class BankLacksCurrency(Refused):
    """The bank has no clearing wallet in `code` (a currency code)."""

    code = "bank_lacks_currency"
    meaning = "The bank has no clearing wallet in this currency."
    field = "currency"

    def __init__(self, currency: str) -> None:
        super().__init__(_("This bank takes no deposits in %(code)s.") % {"code": currency})


class BankNotConfirmed(Conflict):
    code = "bank_not_confirmed"
    meaning = "An administrator gave the bank more power, and nobody else has confirmed that yet. Try again later."
    message = gettext_lazy("A second person must first confirm what was changed about this bank. Nothing was booked.")


class BankChanged(Conflict):
    code = "bank_changed"
    meaning = "The bank was changed again meanwhile."
    message = gettext_lazy("The bank was changed again meanwhile. Please look at it once more.")


class AnotherMustConfirm(NotAllowed):
    code = "another_must_confirm_bank"
    meaning = "Another person than the one who changed the bank must confirm it."
    message = gettext_lazy("You changed this bank yourself. Another administrator or a treasurer must confirm it.")


class OverBankCap(Refused):
    """The deposit is above what the bank may still deposit today."""

    code = "over_bank_cap"
    meaning = "The deposit is more than what is left of the bank's daily cap. An administrator can raise the cap."
    field = "amount"

    def __init__(self, cap: Money) -> None:
        self.cap = cap
        super().__init__(
            _("With this deposit the bank would exceed its limit of %(cap)s a day. Nothing was booked.")
            % {"cap": format_money(cap)}
        )
