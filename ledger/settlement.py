"""Taking in what an append-only wallet has received, so that it can be spent."""

from __future__ import annotations

from functools import partial

from .models import Wallet
from .transactions import moving_nothing
from .wallets import fold


def settle(*wallets: Wallet) -> None:
    """Folds the tails of those that spend only what is settled. Just before the money transaction, never in it:
    inside, reading the tail would abort every payment that comes in meanwhile.
    """
    for wallet in wallets:
        if not wallet.running and wallet.floor is not None:
            moving_nothing(partial(fold, wallet.pk), wallets=[wallet.pk])
            wallet.refresh_from_db(fields=["settled_minor", "held_minor"])
