"""The withdrawals of a member, those of a bank, and those that wait for the treasury."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet

from accounts.models import User
from conversion.errors import NotFound
from conversion.money import currency
from ledger.wallets import balance_of
from treasury.banks.models import Bank, Clearing

from .models import PayoutFile, Withdrawal

Status = Withdrawal.Status
RELATED = ("member", "wallet__owner", "clearing__bank__user", "clearing__wallet", "payout_account")
FOR_STAFF = (*RELATED, "approver", "file__maker", "ended_by", "transfer", "return_transfer")


def withdrawals() -> QuerySet[Withdrawal]:
    """All withdrawals, the newest first."""
    return Withdrawal.objects.select_related(*FOR_STAFF).order_by("-id")


def withdrawals_of(user: User) -> QuerySet[Withdrawal]:
    """The member's withdrawals, the newest first."""
    return withdrawals().filter(member=user)


def withdrawal_of(user: User, reference: UUID) -> Withdrawal:
    """The member's withdrawal with this id. Raises NotFound."""
    if (found := withdrawals_of(user).filter(reference=reference).first()) is None:
        raise NotFound
    return found


def withdrawal_with(reference: UUID) -> Withdrawal:
    """The withdrawal with this id, of whichever member, for staff. Raises NotFound."""
    if (found := withdrawals().filter(reference=reference).first()) is None:
        raise NotFound
    return found


def orders_of(bank: Bank, *, status: str = "") -> QuerySet[Withdrawal]:
    """What this bank was ordered to pay, the newest first; with `status`, what has it."""
    found = withdrawals().filter(clearing__bank=bank, file__isnull=False)
    return found.filter(status=status) if status else found


def order_of(user: User, reference: UUID) -> Withdrawal:
    """The order to this user's bank. Raises NotFound, also for another bank's and for what is not filed."""
    found = withdrawals().filter(clearing__bank__user=user, file__isnull=False, reference=reference).first()
    if found is None:
        raise NotFound
    return found


def clearing_for(code: str) -> Clearing | None:
    """The clearing that pays out in this currency: of the bank that holds most for us in it. None without a bank.

    A bank pays out if the IBAN and the holder of our account there are known. The order has amounts with two decimals.
    """
    if currency(code).exponent != 2:
        return None
    rows = Clearing.objects.select_related("wallet", "bank__user").filter(
        wallet__currency_code=code, bank__user__is_active=True, bank__user__frozen=False
    )
    able = rows.exclude(bank__iban="").exclude(bank__holder="").order_by("pk")
    return min(able, key=lambda clearing: balance_of(clearing.wallet).minor, default=None)


def on_their_way(user: User) -> Sequence[Withdrawal]:
    """The member's withdrawals that have not ended, the newest first."""
    open_ones = [Status.REQUESTED, Status.APPROVED, Status.FILED]
    return list(Withdrawal.objects.select_related("wallet").filter(member=user, status__in=open_ones).order_by("-id"))


def with_status(*statuses: str, limit: int = 100) -> Sequence[Withdrawal]:
    """The oldest withdrawals with one of these statuses, at most `limit`."""
    return list(withdrawals().filter(status__in=statuses).order_by("id")[:limit])


def count_open() -> int:
    """How many wait for the treasury: to be approved, or to be sent to the bank."""
    return Withdrawal.objects.filter(status__in=[Status.REQUESTED, Status.APPROVED]).count()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A clearing with approved withdrawals: how many, and what the bank holds for us."""

    clearing: Clearing
    count: int


def to_file() -> list[Waiting]:
    """The clearings for which approved withdrawals wait."""
    counts = dict(
        Withdrawal.objects.filter(status=Status.APPROVED)
        .order_by("clearing")
        .values_list("clearing")
        .annotate(Count("id"))
    )
    rows = Clearing.objects.select_related("wallet", "bank__user").filter(pk__in=counts).order_by("pk")
    return [Waiting(clearing, counts[clearing.pk]) for clearing in rows]


def clearing_with(number: int) -> Clearing:
    """Raises NotFound."""
    if (found := Clearing.objects.select_related("wallet", "bank__user").filter(pk=number).first()) is None:
        raise NotFound
    return found


def files() -> QuerySet[PayoutFile]:
    """All files, the newest first, without their bytes."""
    related = PayoutFile.objects.select_related("clearing__bank__user", "clearing__wallet", "maker")
    return related.defer("content").order_by("-id")


def file_with(reference: UUID) -> PayoutFile:
    """Raises NotFound."""
    if (found := files().filter(reference=reference).first()) is None:
        raise NotFound
    return found
