"""The deposits of a bank, and those of all banks for staff."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from accounts.people.errors import RoleMissing
from accounts.people.roles import BANKS
from conversion.errors import NotFound
from treasury.banks.models import Bank
from treasury.banks.queries import bank_of

from .models import Deposit


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
    """The deposits that a bank recalled and whose members lack the money."""
    return list(deposits().filter(return_declined_at__isnull=False)[:100])
