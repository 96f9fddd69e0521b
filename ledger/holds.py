"""Placing a hold on an amount in a wallet, and ending it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from conversion.errors import KeyReused
from conversion.money import Money

from .models import Hold
from .posting import tolerance


@dataclass(frozen=True, slots=True)
class Placing:
    """The result of placing a hold. `repeated`: the key was known, and `outcome` is the hold's status now."""

    hold_id: int
    reference: UUID
    outcome: str
    repeated: bool

    @property
    def is_new(self) -> bool:
        return self.outcome == Hold.Status.OPEN and not self.repeated


def place_hold(
    *,
    key: UUID,
    purpose: str,
    note: str,
    source: int,
    target: int,
    amount: Money,
    lives: dt.timedelta,
    made_by: int,
    made_at: dt.datetime | None,
) -> Placing:
    """Places a hold of `amount` in `source`, a wallet with a floor. Inside `in_one_transaction(wallets=[source])` only.

    Raises KeyReused.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT hold_id, reference, outcome, repeated, differs"
            " FROM ledger_place_hold(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [str(key), purpose, note, source, target, amount.minor, _interval(lives), made_by, made_at, tolerance()],
        )
        hold_id, reference, outcome, repeated, differs = cursor.fetchone()
    if differs:
        raise KeyReused(differs)
    return Placing(hold_id, reference, outcome, repeated)


def is_known(key: UUID, *, made_by: int) -> bool:
    """Whether this maker's key placed a hold before, or was declined one. As with `posting.is_known`, ask rarely."""
    return Hold.objects.filter(made_by=made_by, key=key).exists()


def end_hold(hold: int, ending: str) -> str:
    """How the hold has ended: as `ending` (released or expired) if it was open. Its source wallet must be locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_end_hold(%s, %s)", [hold, ending])
        return cursor.fetchone()[0]


def _interval(span: dt.timedelta) -> str:
    return f"{span // dt.timedelta(microseconds=1)} microseconds"
