"""What the worker does for money in the background: (name, every so many seconds, what). All at once after a start."""

from __future__ import annotations

from functools import partial

from django.db.models.functions import Now, TruncDay

from . import audit, ledger
from .db import moving_nothing
from .models import Closing, Wallet
from .services.holds import expire_due_holds
from .services.mass_payouts import pay_running
from .services.requests import expire_due_requests
from .services.seals import seal_and_stamp


def fold_tails() -> int:
    """Folds every append-only wallet's tail; how many entries were taken in."""
    return sum(moving_nothing(partial(ledger.fold, wallet), wallets=[wallet]) for wallet in _append_only())


def close_the_day() -> int:
    """Keeps what each append-only wallet that was not closed today holds; how many."""
    closed_today = set(Closing.objects.filter(at__gte=TruncDay(Now())).values_list("wallet_id", flat=True))
    due = [wallet for wallet in _append_only() if wallet not in closed_today]
    for wallet in due:
        moving_nothing(partial(_fold_and_close, wallet), wallets=[wallet])
    return len(due)


def _fold_and_close(wallet: int) -> None:
    ledger.fold(wallet)
    ledger.close(wallet)


def _append_only() -> list[int]:
    return list(Wallet.objects.filter(running=False).values_list("pk", flat=True))


CHORES = [
    ("pay mass payments", 1, pay_running),
    ("expire payment requests", 30, expire_due_requests),
    ("expire holds", 30, expire_due_holds),
    ("fold the tails of append-only wallets", 60, fold_tails),
    ("seal the ledger", 30, seal_and_stamp),
    ("close the day", 3600, close_the_day),
    ("audit the books", 3600, audit.run),
]
