"""Settling an append-only wallet just before it is spent from."""

from __future__ import annotations

from functools import partial

from .models import Wallet
from .transactions import moving_nothing
from .wallets import settle_wallet


def settle(*wallets: Wallet) -> None:
    """Settles those of the wallets that are append-only and have a floor, and refreshes their balances in memory.

    Such a wallet, for example a merchant's, can spend only what is settled. Call this just before the money
    transaction, never inside it: at SERIALIZABLE, reading the pending entries makes the payments into the wallet abort.
    Raises Busy.
    """
    for wallet in wallets:
        if not wallet.running and wallet.floor is not None:
            moving_nothing(partial(settle_wallet, wallet.pk), wallets=[wallet.pk])
            wallet.refresh_from_db(fields=["settled_minor", "held_minor"])
