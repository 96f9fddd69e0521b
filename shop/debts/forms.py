"""The forms of limits. An amount of zero is a choice of its own, since it looks like a slip of the finger."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from conversion.money import Currency, Money, format_money
from payments.fields import HandleField, NoteField
from web.fields import AmountField
from web.refusals import RefusableForm

from .models import HIGHEST_MINOR

AMOUNT, NOTHING, FOLLOW = "amount", "nothing", "follow"


class LimitForm(RefusableForm):
    """How much may be owed: an amount in `currency`, nothing, or what counts otherwise."""

    choice = forms.ChoiceField(
        label=_("May owe"),
        widget=forms.RadioSelect,
        choices=[(AMOUNT, _("Up to this amount")), (NOTHING, _("Nothing")), (FOLLOW, _("What counts otherwise"))],
        initial=AMOUNT,
    )
    amount = AmountField(required=False)
    reason = NoteField()

    def __init__(self, *args: Any, currency: Currency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        amount = self.fields["amount"]
        assert isinstance(amount, AmountField)
        amount.currency, amount.help_text = currency, currency.code
        self.currency = currency
        self.fields["reason"].required = True
        self.fields["reason"].label = _("Reason")
        self.fields["reason"].help_text = _("It is kept with your name, and the member may ask for it.")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("choice") != AMOUNT:  # the amount is read only where it counts
            self.errors.pop("amount", None)
        elif (amount := data.get("amount")) and amount > (highest := Money(HIGHEST_MINOR, self.currency)):
            self.add_error("amount", _("A limit is at most %(highest)s.") % {"highest": format_money(highest)})
        return data

    @property
    def limit(self) -> Money | None:
        if self.cleaned_data["choice"] == NOTHING:
            return Money(0, self.currency)
        return self.cleaned_data["amount"] if self.cleaned_data["choice"] == AMOUNT else None


class RoleLimitForm(LimitForm):
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[each for each in User.Role.choices if each[0] not in (User.Role.BANK, User.Role.MERCHANT)],
    )
    field_order = ("role", "choice", "amount", "reason")


class MemberForm(RefusableForm):
    member = HandleField(for_staff=True, label=_("Member"), help_text=_("Username or e-mail address"))
