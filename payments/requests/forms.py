from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from payments.fields import FromWallet, HandleField, NoteField
from web.fields import AmountField


class RequestMoneyForm(FromWallet):
    payer = HandleField(label=_("From"), help_text=_("Username or e-mail address"))
    amount = AmountField()
    note = NoteField()
