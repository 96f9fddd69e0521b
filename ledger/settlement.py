"""Settling what an append-only wallet has received, so that it can be spent."""

from __future__ import annotations

from functools import partial

from .models import Wallet
from .transactions import moving_nothing
from .wallets import settle_wallet


def settle(*wallets: Wallet) -> None:
    """Settles those of the wallets that can spend only what is settled.

    Call it just before the money transaction, never in it: there, reading the pending entries would abort every payment
    that comes in meanwhile.
    """
    for wallet in wallets:
        if not wallet.running and wallet.floor is not None:
            moving_nothing(partial(settle_wallet, wallet.pk), wallets=[wallet.pk])
            wallet.refresh_from_db(fields=["settled_minor", "held_minor"])
