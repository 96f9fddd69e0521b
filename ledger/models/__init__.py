"""The ledger's tables.

Wallets, transfers, entries, holds and closings are written only by the functions in `ledger/sql/`: the web role has no
right to write these tables itself. Seals, signatures, audit runs and verification runs are inserted from
Python.
"""

from .audit import AuditRun, VerificationRun
from .holds import Hold
from .seals import Closing, Seal, Signature
from .transfers import Entry, Transfer
from .wallets import Wallet

__all__ = ["AuditRun", "Closing", "Entry", "Hold", "Seal", "Signature", "Transfer", "VerificationRun", "Wallet"]
