"""Wallets: opening, balances, settling and closing."""

from __future__ import annotations

import datetime as dt
from functools import cache

from django.db import connection

from conversion.money import Money

from .kinds import MEMBER, WalletPurpose
from .models import Wallet


def create_wallet(*, owner: int, currency: str, purpose: WalletPurpose = MEMBER) -> int:
    """The id of the owner's wallet for this purpose and currency. Makes the wallet if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ledger_create_wallet(%s, %s, %s, %s, %s)",
            [owner, purpose, currency, purpose.running, 0 if purpose.has_floor else None],
        )
        return cursor.fetchone()[0]


def lock_set(source: Wallet, target: Wallet) -> list[int]:
    """The ids of the wallets whose rows a transfer between these two changes, for `in_one_transaction(wallets=…)`.

    Every entry of a running wallet changes its row, and so does spending from a wallet with a floor. A payment into an
    append-only wallet only inserts an entry and needs no lock. `ledger_row_changes` is the same rule in SQL.
    """
    running = [wallet.pk for wallet in (source, target) if wallet.running]
    return running if source.running or source.floor is None else [source.pk, *running]


@cache
def system_wallet(purpose: str, currency: str) -> int:
    """The id of the system wallet for this purpose and currency. It is kept in memory, since it never changes."""
    return Wallet.objects.values_list("id", flat=True).get(owner=None, purpose=purpose, currency_code=currency)


def balance_of(wallet: Wallet) -> Money:
    """The wallet's balance now. For an append-only wallet the pending entries are included."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_balance(%s)", [wallet.pk])
        return Money(cursor.fetchone()[0], wallet.currency)


def balance_at(wallet: Wallet, moment: dt.datetime) -> Money:
    """The wallet's balance just before `moment`: the sum of what was booked earlier, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_balance_at(%s, %s)", [wallet.pk, moment])
        return Money(cursor.fetchone()[0], wallet.currency)


def settle_wallet(wallet: int) -> int:
    """Adds the pending entries of finished transactions to an append-only wallet's row; returns how many entries.

    Call it only inside `transactions.moving_nothing`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_settle(%s)", [wallet])
        return cursor.fetchone()[0]


def close(wallet: int) -> None:
    """Stores the balance of an append-only wallet, as a row of `Closing`.

    Call it only inside `transactions.moving_nothing`, after `settle_wallet`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_close(%s)", [wallet])
