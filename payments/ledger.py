"""The only module that writes wallets, transfers and entries, through the functions of `sql/1_ledger.sql`.

An *instruction* asks for one transfer; its *legs* each move an amount of one currency from a source to a target wallet.
A *posting* is what became of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from conversion.money import Money

from .exceptions import KeyReused
from .models import Hold, Transfer, Wallet

Outcome = Transfer.Outcome
IMPOSSIBLE = {"nothing_to_move", "no_such_wallet", "same_wallet", "wrong_currency", "amount_out_of_range"}


@dataclass(frozen=True, slots=True)
class Leg:
    """`source` and `target` are wallet ids, both of the amount's currency."""

    source: int
    target: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Instruction:
    """One transfer to decide. `key` books once per maker.

    A reversal names the transfer it `reverses` and has no legs; a refund names what it `refunds` a part of, a capture
    the `hold` it takes from.
    """

    key: UUID
    kind: str
    note: str = ""
    legs: tuple[Leg, ...] = ()
    reverses: int | None = None
    refunds: int | None = None
    hold: int | None = None

    @property
    def is_plain(self) -> bool:
        """One leg, and nothing else to look at: most are, and the database has a function for them alone."""
        return len(self.legs) == 1 and self.reverses is None and self.refunds is None and self.hold is None

    def as_row(self) -> tuple[Any, ...]:
        flat = [number for leg in self.legs for number in (leg.source, leg.target, leg.amount.minor)]
        return (str(self.key), self.kind, self.note, flat, self.reverses, self.refunds, self.hold)


@dataclass(frozen=True, slots=True)
class Posting:
    """What became of an instruction. `repeated`: the key was known, and this is its first outcome.

    `transfer_id` and `reference` are None for IMPOSSIBLE outcomes, which are answered and not stored. `differs` names
    the field that is other than under the key's first use; then nothing moved.
    """

    transfer_id: int
    reference: UUID
    outcome: str
    repeated: bool
    differs: str | None = None

    @property
    def is_new(self) -> bool:
        return self.outcome == Outcome.BOOKED and not self.repeated


def post(instruction: Instruction, *, made_by: int, made_at: dt.datetime | None) -> Posting:
    """Decides and books one instruction. Inside `in_one_transaction` only, which see for the order of locks.

    `made_at` is the clock service's stamp, None where it may be missing. Raises KeyReused.
    """
    if instruction.is_plain:
        posting = _post_one(instruction, made_by=made_by, made_at=made_at)
    else:
        (posting,) = post_all([instruction], made_by=made_by, made_at=made_at)
    if posting.differs:
        raise KeyReused(posting.differs)
    assert posting.outcome not in IMPOSSIBLE, posting.outcome
    return posting


def is_known(key: UUID, *, made_by: int) -> bool:
    """Whether this maker's key decided something before.

    Only what came too late asks: asking for a key that is missing makes others abort.
    """
    return Transfer.objects.filter(made_by=made_by, key=key).exists()


def post_all(instructions: Sequence[Instruction], *, made_by: int, made_at: dt.datetime | None) -> list[Posting]:
    """The same for many, in order, each decided as if it stood alone: a verdict each, and nothing is raised for one."""
    row = "(%s::uuid, %s, %s, %s::bigint[], %s::bigint, %s::bigint, %s::bigint)::ledger_instruction"
    rows = ", ".join([row] * len(instructions))
    values = [value for instruction in instructions for value in instruction.as_row()]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT transfer_id, reference, outcome, repeated, differs FROM ledger_post(ARRAY[{rows}], %s, %s, %s)",  # noqa: S608
            [*values, made_by, made_at, _tolerance()],
        )
        return [Posting(*answer) for answer in cursor.fetchall()]


def _post_one(instruction: Instruction, *, made_by: int, made_at: dt.datetime | None) -> Posting:
    key, kind, note, (source, target, amount), *_ = instruction.as_row()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT transfer_id, reference, outcome, repeated, differs"
            " FROM ledger_post_one(%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [key, kind, note, source, target, amount, made_by, made_at, _tolerance()],
        )
        return Posting(*cursor.fetchone())


@dataclass(frozen=True, slots=True)
class Placing:
    """What became of a hold that was to be placed. `repeated`: the key was known, and it stands as `outcome` now."""

    hold_id: int
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
    """Sets `amount` aside in `source`, a wallet with a floor. Inside `in_one_transaction(wallets=[source])` only.

    Raises KeyReused.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT hold_id, outcome, repeated, differs FROM ledger_place_hold(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [str(key), purpose, note, source, target, amount.minor, _interval(lives), made_by, made_at, _tolerance()],
        )
        hold_id, outcome, repeated, differs = cursor.fetchone()
    if differs:
        raise KeyReused(differs)
    return Placing(hold_id, outcome, repeated)


def end_hold(hold: int, ending: str) -> str:
    """How the hold has ended: as `ending` (released or expired) if it was open. In line on its source wallet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_end_hold(%s, %s)", [hold, ending])
        return cursor.fetchone()[0]


def create_wallet(*, owner: int, currency: str, purpose: str = Wallet.Purpose.MEMBER) -> int:
    """The id of the owner's wallet, made if there is none. Only a member's is running; a drawer has no floor."""
    is_members = purpose == Wallet.Purpose.MEMBER
    floor = None if purpose == Wallet.Purpose.DRAWER else 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ledger_create_wallet(%s, %s, %s, %s, %s)",
            [owner, purpose, currency, is_members, floor],
        )
        return cursor.fetchone()[0]


def in_line(source: Wallet, target: Wallet) -> list[int]:
    """The ids of those two whose rows a transfer changes, for `in_one_transaction(wallets=…)`.

    Who pays into an append-only wallet waits for nobody; who spends from one, or from or to a running one, does.
    """
    queues = [wallet.pk for wallet in (source, target) if wallet.running]
    return queues if source.running or source.floor is None else [source.pk, *queues]


@cache
def house_wallet(purpose: str, currency: str) -> int:
    """The id of the house's wallet for this purpose and currency; made by the migration, never changes."""
    return Wallet.objects.values_list("id", flat=True).get(owner=None, purpose=purpose, currency_code=currency)


def balance_of(wallet: Wallet) -> Money:
    """All that was ever moved, in any kind of wallet; for an append-only one the tail is added up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_balance(%s)", [wallet.pk])
        return Money(cursor.fetchone()[0], wallet.currency)


def balance_at(wallet: Wallet, moment: dt.datetime) -> Money:
    """What was booked before `moment`, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_balance_at(%s, %s)", [wallet.pk, moment])
        return Money(cursor.fetchone()[0], wallet.currency)


def fold(wallet: int) -> int:
    """Takes an append-only wallet's finished tail into its row; returns how many entries. In `db.moving_nothing`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_fold(%s)", [wallet])
        return cursor.fetchone()[0]


def close(wallet: int) -> None:
    """Keeps what an append-only wallet holds now. In `db.moving_nothing`, after `fold`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_close(%s)", [wallet])


def _tolerance() -> str:
    return f"{settings.TIMESTAMP_TOLERANCE_S} seconds"


def _interval(span: dt.timedelta) -> str:
    return f"{span // dt.timedelta(microseconds=1)} microseconds"
