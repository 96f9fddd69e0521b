"""Floors: how far below zero a member's wallet may go, for the instructions that may owe (`Instruction.may_owe`)."""

from __future__ import annotations

from functools import partial

from django.db import connection
from django.db.models import F, OuterRef, Subquery

from conversion.money import Money

from .models import Floor, Wallet
from .transactions import in_one_transaction


def set_floor(wallet: Wallet, floor: Money, *, made_by: int | None, reason: str) -> Money:
    """Lets a member's wallet go down to `floor`, which is zero or below. Returns the floor that is in force now.

    It is lower than `floor` while the wallet owes more than that; `follow` raises it as the debt is paid back. Call it
    only inside `in_one_transaction(wallets=[wallet.pk])`.
    """
    assert floor.currency == wallet.currency
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_set_floor(%s, %s, %s, %s)", [wallet.pk, floor.minor, made_by, reason])
        return Money(cursor.fetchone()[0], wallet.currency)


def wished_floor(wallet: Wallet) -> Money:
    """The floor that was asked for last. The wallet's own may still be lower, until its debt is paid back."""
    newest = Floor.objects.filter(wallet=wallet).order_by("-after_seq", "-id").values_list("wished_minor", flat=True)
    return Money(newest.first() or 0, wallet.currency)


def floor_in_force(wallet: Wallet) -> Money:
    """How far down the wallet may go with what may owe: zero for who may not owe, else what was asked for last.

    A limit that was lowered counts at once, though the wallet's own floor follows only as the debt is paid back.
    """
    return wished_floor(wallet) if wallet.floor else Money(0, wallet.currency)


def follow() -> int:
    """Raises the floors that wait for money, where some came in. Returns how many. It is a job of the worker."""
    newest = Floor.objects.filter(wallet=OuterRef("pk")).order_by("-after_seq", "-id")
    owing = Wallet.objects.filter(floor__lt=0).annotate(wished=Subquery(newest.values("wished_minor")[:1]))
    waiting = owing.filter(floor__lt=F("wished")).filter(floor__lt=F("settled_minor") - F("held_minor"))
    for wallet in waiting:
        in_one_transaction(partial(_follow, wallet), wallets=[wallet.pk])
    return len(waiting)


def _follow(wallet: Wallet) -> None:
    """The wished floor is read here, since it may have changed since the wallet was found."""
    set_floor(wallet, wished_floor(wallet), made_by=None, reason="")
