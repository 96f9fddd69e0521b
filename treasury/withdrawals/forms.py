"""The forms of withdrawals: the member's, and those of the treasury."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from conversion.money import Currency
from payments.fields import NoteField
from treasury.banks.models import Clearing
from treasury.deposits.schemas import LONGEST_REFERENCE, REFERENCE
from treasury.payout_accounts.models import PayoutAccount
from treasury.payout_accounts.queries import accounts_of
from web.fields import AmountField, PinField
from web.forms import MoneyForm
from web.refusals import RefusableForm

from .models import Withdrawal


class AccountField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.holder} {obj}"


class WithdrawForm(MoneyForm):
    payout_account = AccountField(
        label=_("To"), queryset=PayoutAccount.objects.none(), to_field_name="reference", empty_label=None
    )
    amount = AmountField()

    def __init__(self, *args: Any, user: User, currency: Currency, **kwargs: Any) -> None:
        super().__init__(*args, currency=currency, **kwargs)
        self.fields["payout_account"].queryset = accounts_of(user)  # type: ignore[attr-defined]


class DeclineForm(RefusableForm):
    """Why a withdrawal is declined, for the member to read."""

    reason = NoteField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("Reason")
        self.fields["reason"].required = True
        self.fields["reason"].help_text = _("The member reads it.")


class BankReferenceForm(RefusableForm):
    """What the bank's statement says of a payment."""

    reference = forms.RegexField(
        label=_("The bank's reference"),
        regex=REFERENCE,
        max_length=LONGEST_REFERENCE,
        help_text=_("As it stands in the bank's statement."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class ReturnForm(BankReferenceForm, DeclineForm):
    field_order = ("reference", "reason")


class FileForm(MoneyForm):
    """Which withdrawals go to the bank. The template draws the boxes, beside what is known of each."""

    withdrawals = forms.ModelMultipleChoiceField(
        queryset=Withdrawal.objects.none(), to_field_name="reference", required=False
    )
    pin = PinField(required=False)

    def __init__(self, *args: Any, clearing: Clearing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Whatever their status: the service says that the list has changed, or finds the file that was made already.
        found = Withdrawal.objects.filter(clearing=clearing).select_related("wallet")
        self.fields["withdrawals"].queryset = found  # type: ignore[attr-defined]
