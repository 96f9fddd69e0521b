"""Wallets: opening them, what they hold, and settling append-only ones."""

from __future__ import annotations

import datetime as dt
from functools import cache

from django.db import connection

from conversion.money import Money

from .kinds import MEMBER, WalletPurpose
from .models import Wallet


def create_wallet(*, owner: int, currency: str, purpose: WalletPurpose = MEMBER) -> int:
    """The id of the owner's wallet for this purpose, made if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ledger_create_wallet(%s, %s, %s, %s, %s)",
            [owner, purpose, currency, purpose.running, 0 if purpose.has_floor else None],
        )
        return cursor.fetchone()[0]


def lock_set(source: Wallet, target: Wallet) -> list[int]:
    """The ids of those of the two whose rows a transfer changes, for `in_one_transaction(wallets=…)`.

    A payment into an append-only wallet only inserts an entry, so it locks nothing. Spending from any wallet with a
    floor, and every entry of a running wallet, changes the row.
    """
    running = [wallet.pk for wallet in (source, target) if wallet.running]
    return running if source.running or source.floor is None else [source.pk, *running]


@cache
def system_wallet(purpose: str, currency: str) -> int:
    """The id of the system wallet for this purpose and currency; made by the migration, never changes."""
    return Wallet.objects.values_list("id", flat=True).get(owner=None, purpose=purpose, currency_code=currency)


def balance_of(wallet: Wallet) -> Money:
    """All that was ever moved, in any kind of wallet; for an append-only one the pending entries are added."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_balance(%s)", [wallet.pk])
        return Money(cursor.fetchone()[0], wallet.currency)


def balance_at(wallet: Wallet, moment: dt.datetime) -> Money:
    """What was booked before `moment`, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_balance_at(%s, %s)", [wallet.pk, moment])
        return Money(cursor.fetchone()[0], wallet.currency)


def settle_wallet(wallet: int) -> int:
    """Adds an append-only wallet's finished pending entries to its row; returns how many entries.

    Only in `transactions.moving_nothing`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_settle(%s)", [wallet])
        return cursor.fetchone()[0]


def close(wallet: int) -> None:
    """Stores what an append-only wallet holds now. Only in `transactions.moving_nothing`, after `settle_wallet`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_close(%s)", [wallet])
