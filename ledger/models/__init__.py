"""The ledger's tables: written by the functions in `ledger/sql/` alone; the database refuses every other hand."""

from .audit import AuditRun
from .holds import Hold
from .seals import Closing, Seal, Signature
from .transfers import Entry, Transfer
from .wallets import Wallet

__all__ = ["AuditRun", "Closing", "Entry", "Hold", "Seal", "Signature", "Transfer", "Wallet"]
