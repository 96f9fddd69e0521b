"""The only module that writes wallets, transfers and entries, through the functions of `ledger/sql/`.

An *instruction* asks for one transfer; its *legs* each move an amount of one currency from a source to a target wallet.
A *posting* is its result.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from conversion.errors import KeyReused
from conversion.money import Money

from .models import Transfer

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
    """The result of an instruction. `repeated`: the key was known, and this is its first outcome.

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

    `made_at` is the clock service's time, None where it may be missing. Raises KeyReused.
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
    """The same for many, in order, each decided as if it stood alone: a result each, and nothing is raised for one."""
    row = "(%s::uuid, %s, %s, %s::bigint[], %s::bigint, %s::bigint, %s::bigint)::ledger_instruction"
    rows = ", ".join([row] * len(instructions))
    values = [value for instruction in instructions for value in instruction.as_row()]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT transfer_id, reference, outcome, repeated, differs FROM ledger_post(ARRAY[{rows}], %s, %s, %s)",  # noqa: S608
            [*values, made_by, made_at, tolerance()],
        )
        return [Posting(*answer) for answer in cursor.fetchall()]


def _post_one(instruction: Instruction, *, made_by: int, made_at: dt.datetime | None) -> Posting:
    key, kind, note, (source, target, amount), *_ = instruction.as_row()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT transfer_id, reference, outcome, repeated, differs"
            " FROM ledger_post_one(%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [key, kind, note, source, target, amount, made_by, made_at, tolerance()],
        )
        return Posting(*cursor.fetchone())


def tolerance() -> str:
    """How far a timestamp may be from the database's clock, as PostgreSQL writes an interval."""
    return f"{settings.TIMESTAMP_TOLERANCE_S} seconds"
