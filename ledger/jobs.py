"""The jobs of the ledger: (name, interval in seconds, function), and "slow" for those that may take minutes."""

from __future__ import annotations

from functools import partial

from django.db.models.functions import Now, TruncDay

from . import audit, floors, verification
from .models import Closing, Wallet
from .seals import seal_and_sign
from .transactions import moving_nothing
from .wallets import close, settle_wallet


def settle_all() -> int:
    """Settles every append-only wallet; returns how many entries were settled."""
    return sum(moving_nothing(partial(settle_wallet, wallet), wallets=[wallet]) for wallet in _append_only())


def close_the_day() -> int:
    """Closes (stores the balance of) each append-only wallet that was not closed today; returns how many wallets."""
    closed_today = set(Closing.objects.filter(at__gte=TruncDay(Now())).values_list("wallet_id", flat=True))
    due = [wallet for wallet in _append_only() if wallet not in closed_today]
    for wallet in due:
        moving_nothing(partial(_settle_and_close, wallet), wallets=[wallet])
    return len(due)


def _settle_and_close(wallet: int) -> None:
    settle_wallet(wallet)  # first, so that the closing includes as much as possible
    close(wallet)


def _append_only() -> list[int]:
    return list(Wallet.objects.filter(running=False).values_list("pk", flat=True))


JOBS = [
    ("settle append-only wallets", 60, settle_all),
    ("raise floors after debts are paid", 60, floors.follow),
    ("seal the ledger", 30, seal_and_sign),
    ("close the day", 3600, close_the_day),
    ("audit the books", audit.AUDITED_EVERY_S, audit.run, "slow"),
    ("verify the chain", verification.VERIFIED_EVERY_S, verification.run, "slow"),
]
