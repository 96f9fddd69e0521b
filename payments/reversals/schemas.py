from __future__ import annotations

from api.bodies import Asked
from api.fields import Amount, Currency


class NewRefund(Asked):
    """`amount` in the currency in which the payment arrived."""

    amount: Amount
    currency: Currency | None = None
