from __future__ import annotations

from api.bodies import Asked
from api.fields import AskedAmount, Currency


class NewRefund(Asked):
    """A refund. `amount` is in the currency that the payee received."""

    amount: AskedAmount
    currency: Currency | None = None
