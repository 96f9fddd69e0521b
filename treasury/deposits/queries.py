"""The deposits of a bank, and those of all banks for staff."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, Count, Q, QuerySet, When

from accounts.models import User
from accounts.people.errors import RoleMissing
from accounts.people.roles import BANKS
from conversion.errors import NotFound
from treasury.banks.models import Bank
from treasury.banks.queries import bank_of

from .models import Deposit, Statement, StatementRow


def own_bank(user: User) -> Bank:
    """The bank of this account, whose program asks. Raises RoleMissing for everybody else."""
    found = bank_of(user) if user.role in BANKS else None
    if found is None:
        raise RoleMissing
    return found


def deposits() -> QuerySet[Deposit]:
    """All deposits, the newest first."""
    related = ("bank__user", "wallet__owner", "transfer", "returned_by", "imported_by")
    return Deposit.objects.select_related(*related).order_by("-id")


def deposits_of(bank: Bank, *, reference: str = "") -> QuerySet[Deposit]:
    """The bank's deposits, the newest first; with `reference`, the one that has it."""
    found = deposits().filter(bank=bank)
    return found.filter(bank_reference=reference) if reference else found


def deposit_of(user: User, reference: UUID) -> Deposit:
    """The deposit with this id, of the user's bank. Raises NotFound, also for another bank's."""
    if (found := deposits().filter(bank__user=user, reference=reference).first()) is None:
        raise NotFound
    return found


def recalled() -> list[Deposit]:
    """The deposits that a bank recalled and whose members lack the money, at most 100."""
    return list(deposits().filter(return_declined_at__isnull=False)[:100])


def count_recalled() -> int:
    return Deposit.objects.filter(return_declined_at__isnull=False).count()


@dataclass(frozen=True, slots=True)
class Page:
    """One page of deposits, and the id before which the next one begins; None on the last page."""

    rows: list[Deposit]
    older: int | None


def page_of(found: QuerySet[Deposit], *, before: int | None, size: int) -> Page:
    rows = list((found if before is None else found.filter(pk__lt=before))[: size + 1])
    return Page(rows[:size], rows[size - 1].pk if len(rows) > size else None)


def deposit_with(reference: UUID) -> Deposit:
    """The deposit with this id, of whichever bank, for staff. Raises NotFound."""
    if (found := deposits().filter(reference=reference).first()) is None:
        raise NotFound
    return found


def statements() -> QuerySet[Statement]:
    """All statements, the newest first."""
    return Statement.objects.select_related("clearing__bank__user", "clearing__wallet", "maker").order_by("-id")


def statement_with(reference: UUID) -> Statement:
    """The statement with this reference. Raises NotFound."""
    if (found := statements().filter(reference=reference).first()) is None:
        raise NotFound
    return found


def rows_of(statement: Statement) -> list[StatementRow]:
    """Its rows: those with a problem first, at most 500."""
    rows = statement.rows.select_related("deposit__wallet__owner")
    return list(rows.order_by(Case(When(problem="", then=1), default=0), "number")[:500])


def counts_of(statement: Statement) -> dict[str, int]:
    """How many rows it has: `all`, `good` (without a problem), `waiting`, `booked`, `known`, `refused`."""
    outcomes = {outcome: Count("id", filter=Q(outcome=outcome)) for outcome in StatementRow.Outcome.values}
    return statement.rows.aggregate(all=Count("id"), good=Count("id", filter=Q(problem="")), **outcomes)
