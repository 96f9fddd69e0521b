from __future__ import annotations

from web.fields import AmountField, PinField
from web.forms import MoneyForm


class RefundForm(MoneyForm):
    amount = AmountField()
    pin = PinField(required=False)
