from __future__ import annotations

from web.fields import AmountField
from web.forms import MoneyForm


class TopUpForm(MoneyForm):
    amount = AmountField()
