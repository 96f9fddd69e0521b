"""What the worker does for money in the background: (name, every so many seconds, what)."""

from __future__ import annotations

from functools import partial

from . import audit, ledger
from .db import folding
from .models import Wallet
from .services.holds import expire_due_holds
from .services.requests import expire_due_requests


def fold_tails() -> int:
    """Folds every append-only wallet's tail; how many entries were taken in."""
    wallets = Wallet.objects.filter(running=False).values_list("pk", flat=True)
    return sum(folding(partial(ledger.fold, wallet), wallet=wallet) for wallet in list(wallets))


CHORES = [
    ("expire payment requests", 30, expire_due_requests),
    ("expire holds", 30, expire_due_holds),
    ("fold the tails of append-only wallets", 60, fold_tails),
    ("audit the books", 900, audit.run),
]
