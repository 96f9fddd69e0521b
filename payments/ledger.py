"""The only module that writes wallets, transfers and entries, through the functions of `sql/1_ledger.sql`.

An *instruction* asks for one transfer; its *legs* each move an amount of one currency from a source to a target wallet.
A *posting* is what became of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from django.conf import settings
from django.db import connection

from conversion.money import Money

from .exceptions import KeyReused
from .models import Transfer, Wallet

Outcome = Transfer.Outcome


@dataclass(frozen=True, slots=True)
class Leg:
    """`source` and `target` are wallet ids, both of the amount's currency."""

    source: int
    target: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Instruction:
    """One transfer to decide. `key` books once per maker; a reversal names what it `reverses` and has no legs."""

    key: UUID
    kind: str
    note: str = ""
    legs: tuple[Leg, ...] = ()
    reverses: int | None = None

    def as_row(self) -> tuple[str, str, str, list[int], int | None]:
        flat = [number for leg in self.legs for number in (leg.source, leg.target, leg.amount.minor)]
        return (str(self.key), self.kind, self.note, flat, self.reverses)


@dataclass(frozen=True, slots=True)
class Posting:
    """`repeated`: the key was known, and this is its first outcome."""

    transfer_id: int
    reference: UUID
    outcome: str
    repeated: bool

    @property
    def is_new(self) -> bool:
        return self.outcome == Outcome.BOOKED and not self.repeated


def post(instruction: Instruction, *, made_by: int, made_at: dt.datetime | None) -> Posting:
    """Decides and books one instruction. Inside `in_one_transaction` only, which see for the order of locks.

    `made_at` is the clock service's stamp, None where it may be missing. Raises KeyReused.
    """
    return post_all([instruction], made_by=made_by, made_at=made_at)[0]


def post_all(instructions: Sequence[Instruction], *, made_by: int, made_at: dt.datetime | None) -> list[Posting]:
    """The same for many, in order, each decided as if it stood alone."""
    rows = ", ".join(["(%s::uuid, %s, %s, %s::bigint[], %s::bigint)::ledger_instruction"] * len(instructions))
    values = [value for instruction in instructions for value in instruction.as_row()]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT transfer_id, reference, outcome, repeated, differs FROM ledger_post(ARRAY[{rows}], %s, %s, %s)",  # noqa: S608
            [*values, made_by, made_at, f"{settings.TIMESTAMP_TOLERANCE_S} seconds"],
        )
        answers = cursor.fetchall()
    for *_, differs in answers:
        if differs:
            raise KeyReused(differs)
    return [Posting(*answer[:4]) for answer in answers]


def create_wallet(*, owner: int, currency: str, purpose: str = Wallet.Purpose.MEMBER) -> int:
    """The id of the owner's wallet, made if there is none. A member's has the floor zero, a drawer none."""
    is_members = purpose == Wallet.Purpose.MEMBER
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ledger_create_wallet(%s, %s, %s, %s, %s)",
            [owner, purpose, currency, is_members, 0 if is_members else None],
        )
        return cursor.fetchone()[0]


@cache
def house_wallet(purpose: str, currency: str) -> int:
    """The id of the house's wallet for this purpose and currency; made by the migration, never changes."""
    return Wallet.objects.values_list("id", flat=True).get(owner=None, purpose=purpose, currency_code=currency)


def balance_of(wallet: Wallet) -> Money:
    """All that was ever moved, in any kind of wallet; for an append-only one the tail is added up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_balance(%s)", [wallet.pk])
        return Money(cursor.fetchone()[0], wallet.currency)


def fold(wallet: int) -> int:
    """Takes an append-only wallet's finished tail into its row; returns how many entries. Inside `db.folding` only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_fold(%s)", [wallet])
        return cursor.fetchone()[0]
