"""The ledger's tables.

Wallets, transfers, entries, holds and closings are written only by the functions in `ledger/sql/`: the web role has no
right to write these tables itself. Seals, signatures, audit runs and verification runs are inserted from Python, and an
installation only by the owner role.
"""

from .audit import AuditRun, VerificationRun
from .cuts import Cut
from .floors import Floor
from .holds import Hold
from .installation import Installation
from .seals import Closing, Seal, Signature
from .transfers import Entry, Transfer
from .wallets import Wallet

__all__ = [
    "AuditRun",
    "Closing",
    "Cut",
    "Entry",
    "Floor",
    "Hold",
    "Installation",
    "Seal",
    "Signature",
    "Transfer",
    "VerificationRun",
    "Wallet",
]
