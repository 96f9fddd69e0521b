from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from payments.fields import HandleField, NoteField
from web.fields import AmountField
from web.forms import MoneyForm


class SendMoneyForm(MoneyForm):
    recipient = HandleField(label=_("Recipient"), help_text=_("Username or e-mail address"))
    amount = AmountField()
    note = NoteField()
