from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from payments.fields import FromWallet, HandleField, NoteField
from web.fields import AmountField


class SendMoneyForm(FromWallet):
    recipient = HandleField(label=_("Recipient"), help_text=_("Username or e-mail address"))
    amount = AmountField()
    note = NoteField()
