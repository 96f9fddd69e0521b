"""Booking transfers. Money moves only through this module, which calls the functions in `ledger/sql/`.

An *instruction* asks for one transfer. Each of its *legs* moves an amount of one currency from a source wallet to a
target wallet. A *posting* is the result of an instruction.
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
# Outcomes of instructions that no wallets could carry out. The ledger answers them and stores nothing.
IMPOSSIBLE = {"nothing_to_move", "no_such_wallet", "same_wallet", "wrong_currency", "amount_out_of_range"}


@dataclass(frozen=True, slots=True)
class Leg:
    """One part of an instruction. `source` and `target` are ids of wallets in the currency of `amount`."""

    source: int
    target: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Instruction:
    """A request for one transfer. The same `key` books once for its maker.

    `reverses`, `refunds` and `hold` are ids. A reversal names the transfer that it undoes and has no legs. A refund
    names the transfer of which it gives back a part. A capture names its hold. `may_owe` lets it bring the source below
    zero, down to its floor; other instructions need money that is there.
    """

    key: UUID
    kind: str
    note: str = ""
    legs: tuple[Leg, ...] = ()
    reverses: int | None = None
    refunds: int | None = None
    hold: int | None = None
    may_owe: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it has one leg and is no reversal, refund or capture. Most are; `ledger_post_one` books them."""
        return len(self.legs) == 1 and self.reverses is None and self.refunds is None and self.hold is None

    def as_row(self) -> tuple[Any, ...]:
        """The values of an SQL `ledger_instruction`, in its order; all legs in one flat list."""
        flat = [number for leg in self.legs for number in (leg.source, leg.target, leg.amount.minor)]
        return (str(self.key), self.kind, self.note, flat, self.reverses, self.refunds, self.hold, self.may_owe)


@dataclass(frozen=True, slots=True)
class Posting:
    """The result of an instruction. `repeated` means that the key was known; then `outcome` is that of its first use.

    `transfer_id` and `reference` are None for IMPOSSIBLE outcomes, which are not stored. `differs` names the field
    whose content is not that of the key's first use; then nothing moved.
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
    """Decides one instruction and books it, or stores the decline. Call it only inside `in_one_transaction`.

    `made_by` is the maker's id. `made_at` is the timestamp service's time; None where it may be missing. A decline is
    returned and not raised. Raises KeyReused if the key was used with other content.
    """
    if instruction.is_plain:
        posting = _post_one(instruction, made_by=made_by, made_at=made_at)
    else:
        (posting,) = post_all([instruction], made_by=made_by, made_at=made_at)
    if posting.differs:
        raise KeyReused(posting.differs)
    # A service has checked wallets and amounts before. An impossible leg is therefore a mistake in the code.
    assert posting.outcome not in IMPOSSIBLE, posting.outcome
    return posting


def is_known(key: UUID, *, made_by: int) -> bool:
    """Whether this maker used the key for a transfer before, booked or declined.

    Ask only after a check has refused the instruction: under SERIALIZABLE, a search for a key that does not exist makes
    other transactions abort.
    """
    return Transfer.objects.filter(made_by=made_by, key=key).exists()


def post_all(instructions: Sequence[Instruction], *, made_by: int, made_at: dt.datetime | None) -> list[Posting]:
    """Decides many instructions of one maker, in order, in one call of the database. Returns a posting for each.

    Each is decided as if it stood alone, after those before it. A known key with other content is not raised:
    `Posting.differs` tells it. Impossible legs are not raised either: `Posting.outcome` tells them.
    """
    row = "(%s::uuid, %s, %s, %s::bigint[], %s::bigint, %s::bigint, %s::bigint, %s)::ledger_instruction"
    rows = ", ".join([row] * len(instructions))
    values = [value for instruction in instructions for value in instruction.as_row()]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT transfer_id, reference, outcome, repeated, differs FROM ledger_post(ARRAY[{rows}], %s, %s, %s)",  # noqa: S608
            [*values, made_by, made_at, tolerance()],
        )
        return [Posting(*answer) for answer in cursor.fetchall()]


def _post_one(instruction: Instruction, *, made_by: int, made_at: dt.datetime | None) -> Posting:
    key, kind, note, (source, target, amount), *_, may_owe = instruction.as_row()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT transfer_id, reference, outcome, repeated, differs"
            " FROM ledger_post_one(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [key, kind, note, source, target, amount, may_owe, made_by, made_at, tolerance()],
        )
        return Posting(*cursor.fetchone())


def tolerance() -> str:
    """How far a timestamp may differ from the database's clock, as text for a PostgreSQL interval."""
    return f"{settings.TIMESTAMP_TOLERANCE_S} seconds"
