"""Wallets, what moved between them, and what people agreed about moving.

`ledger` is the ledger itself; the others are ordinary rows beside it.
"""

from .answers import Answer
from .books import AuditRun, Closing, Seal, Stamp
from .ledger import Entry, Hold, Transfer, Wallet
from .mass_payments import MassPayment, MassPaymentRow
from .notifications import Notification
from .requests import PaymentRequest, Quote
from .topups import TopUp

__all__ = [
    "Answer",
    "AuditRun",
    "Closing",
    "Entry",
    "Hold",
    "MassPayment",
    "MassPaymentRow",
    "Notification",
    "PaymentRequest",
    "Quote",
    "Seal",
    "Stamp",
    "TopUp",
    "Transfer",
    "Wallet",
]
