"""What the worker does for the books: (name, every so many seconds, what)."""

from __future__ import annotations

from functools import partial

from django.db.models.functions import Now, TruncDay

from . import audit
from .models import Closing, Wallet
from .seals import seal_and_stamp
from .transactions import moving_nothing
from .wallets import close, fold


def fold_tails() -> int:
    """Folds every append-only wallet's tail; how many entries were taken in."""
    return sum(moving_nothing(partial(fold, wallet), wallets=[wallet]) for wallet in _append_only())


def close_the_day() -> int:
    """Keeps what each append-only wallet that was not closed today holds; how many."""
    closed_today = set(Closing.objects.filter(at__gte=TruncDay(Now())).values_list("wallet_id", flat=True))
    due = [wallet for wallet in _append_only() if wallet not in closed_today]
    for wallet in due:
        moving_nothing(partial(_fold_and_close, wallet), wallets=[wallet])
    return len(due)


def _fold_and_close(wallet: int) -> None:
    fold(wallet)
    close(wallet)


def _append_only() -> list[int]:
    return list(Wallet.objects.filter(running=False).values_list("pk", flat=True))


JOBS = [
    ("fold the tails of append-only wallets", 60, fold_tails),
    ("seal the ledger", 30, seal_and_stamp),
    ("close the day", 3600, close_the_day),
    ("audit the books", 3600, audit.run),
]
