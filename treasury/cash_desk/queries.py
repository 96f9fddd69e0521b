"""The cash that a cashier took today."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Sum

from accounts.models import User
from conversion.errors import NotFound
from conversion.money import Money, currency
from ledger.models import Transfer
from payments.days import midnight
from payments.models import TopUp
from payments.reversals.kinds import REVERSAL
from web.paging import PAGE

from .models import CashProposal


@dataclass(frozen=True, slots=True)
class Taking:
    """One cash top-up by a cashier. `is_undone`: it was undone, so the cashier gave the cash back."""

    top_up: TopUp
    is_undone: bool


def cash_taken_today(cashier: User, *, limit: int) -> list[Taking]:
    """The cashier's cash top-ups of today, newest first, at most `limit`."""
    newest = _taken_today(cashier).select_related("transfer", "wallet__owner").order_by("-id")[:limit]
    undone = set(
        _undone().filter(reverses__in=[top_up.transfer_id for top_up in newest]).values_list("reverses_id", flat=True)
    )
    return [Taking(top_up, top_up.transfer_id in undone) for top_up in newest]


def takings(cashier: User) -> list[Money]:
    """The sum of the cashier's cash top-ups of today for each currency, without those that were undone."""
    kept = _taken_today(cashier).exclude(Exists(_undone().filter(reverses=OuterRef("transfer"))))
    sums = kept.order_by("wallet__currency_code").values_list("wallet__currency_code").annotate(Sum("amount_minor"))
    return [Money(int(minor), currency(code)) for code, minor in sums]


@dataclass(frozen=True, slots=True)
class WaitingPage:
    """One page of the cash that waits for a second person, newest first. `older`: before which id the next begins."""

    rows: list[CashProposal]
    older: int | None


def open_proposals(*, before: int | None = None) -> WaitingPage:
    """The cash of all cashiers that waits for a second person, older than the proposal `before`; else the newest."""
    waiting = CashProposal.objects.filter(status=CashProposal.Status.OPEN).order_by("-id")
    if before is not None:
        waiting = waiting.filter(pk__lt=before)
    found = list(waiting.select_related("cashier", "wallet__owner")[: PAGE + 1])
    return WaitingPage(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None)


def proposal_with(reference: UUID) -> CashProposal:
    """The proposal with this reference, open or closed. Raises NotFound."""
    found = CashProposal.objects.filter(reference=reference).select_related("cashier", "decided_by", "wallet__owner")
    if (proposal := found.first()) is None:
        raise NotFound
    return proposal


def _taken_today(cashier: User) -> QuerySet[TopUp]:
    return TopUp.objects.filter(method=TopUp.Method.CASH, transfer__made_by=cashier, transfer__made_at__gte=midnight())


def _undone() -> QuerySet[Transfer]:
    return Transfer.objects.filter(kind=REVERSAL, outcome=Transfer.Outcome.BOOKED)
