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
    """The result of placing a hold. `repeated`: the key was known; then `outcome` is the hold's status now."""

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
    """Places a hold of `amount` in the wallet `source`, which must have a floor, for the wallet `target`.

    The hold expires after `lives`. `made_at` is the timestamp service's time; None where it may be missing. If the
    wallet has too little money, the decline is stored under the key. Call it only inside
    `in_one_transaction(wallets=[source])`. Raises KeyReused if the key was used with other content.
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
    """Whether this maker used the key for a hold before, placed or declined. See `posting.is_known` for when to ask."""
    return Hold.objects.filter(made_by=made_by, key=key).exists()


def end_hold(hold: int, ending: str) -> str:
    """Ends the hold as `ending` (released or expired) if it is open, and returns its status after that.

    A hold that ended before keeps its first ending. A hold that is not due yet does not expire and stays open. The
    caller must have locked the source wallet.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_end_hold(%s, %s)", [hold, ending])
        return cursor.fetchone()[0]


def _interval(span: dt.timedelta) -> str:
    return f"{span // dt.timedelta(microseconds=1)} microseconds"
