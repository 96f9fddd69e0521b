from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from ledger.models import Hold
from payments.fields import FromWallet, HandleField, NoteField
from web.fields import AmountField
from web.forms import MoneyForm


class HoldForm(FromWallet):
    payee = HandleField(label=_("Recipient"), help_text=_("Username or e-mail address"))
    amount = AmountField()
    purpose = forms.ChoiceField(
        label=_("What for"),
        initial=Hold.Purpose.TWO_STEP,
        widget=forms.RadioSelect,
        choices=[
            (
                Hold.Purpose.TWO_STEP,
                _("A two-step payment: the payee accepts or declines all of it; you can cancel it"),
            ),
            (
                Hold.Purpose.AUTHORIZATION,
                _("A deposit: the payee may capture all or a part of it; you cannot cancel it"),
            ),
        ],
    )
    note = NoteField()


class CaptureForm(MoneyForm):
    amount = AmountField()
