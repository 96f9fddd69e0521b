"""What staff see: every account, every transfer, and the sums."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from conversion.money import Money, currency
from payments.models import TopUp, Transfer, Wallet

TRANSFERS_A_PAGE = 10
ACCOUNTS_A_PAGE = 25


@dataclass(slots=True)
class CurrencyTotals:
    """What members hold, what each of the house's wallets stands at, and the sum of all: zero if the books balance."""

    code: str
    members: Money
    house: list[tuple[str, Money]] = field(default_factory=list)
    total: Money | None = None


def totals() -> list[CurrencyTotals]:
    """One for each currency in which anybody has a wallet; tails of append-only wallets are added up."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT w.currency, w.purpose, sum(w.balance + coalesce(tail.amount, 0))::bigint
                 FROM payments_wallet w
                 LEFT JOIN LATERAL (SELECT sum(e.amount) AS amount FROM payments_entry e
                                     WHERE e.wallet_id = w.id AND e.seq IS NULL AND e.xid >= w.upto
                                       AND NOT w.running) tail ON true
                GROUP BY w.currency, w.purpose ORDER BY w.currency, w.purpose"""
        )
        rows = cursor.fetchall()
    by_currency: dict[str, dict[str, int]] = defaultdict(dict)
    for code, purpose, minor in rows:
        by_currency[code][purpose] = int(minor)
    return [_totals(code, sums) for code, sums in by_currency.items() if any(sums.values())]


def _totals(code: str, sums: dict[str, int]) -> CurrencyTotals:
    unit = currency(code)
    labels = dict(Wallet.Purpose.choices)
    return CurrencyTotals(
        code=code,
        members=Money(sums.get("member", 0), unit),
        house=[
            (str(labels[purpose]), Money(minor, unit))
            for purpose, minor in sums.items()
            if purpose != "member" and minor
        ],
        total=Money(sum(sums.values()), unit),
    )


def accounts(search: str, page: str) -> Page[Wallet]:
    wallets = Wallet.objects.filter(purpose=Wallet.Purpose.MEMBER).select_related("owner").order_by("owner__username")
    if search:
        wallets = wallets.filter(
            Q(owner__username__icontains=search)
            | Q(owner__first_name__icontains=search)
            | Q(owner__last_name__icontains=search)
            | Q(owner__email__icontains=search)
        )
    return Paginator(wallets, ACCOUNTS_A_PAGE).get_page(page)


def transfers() -> QuerySet[Transfer]:
    return Transfer.objects.select_related("source__owner", "target__owner", "made_by").order_by("-booked_at", "-id")


def transfers_page(page: str) -> Page[Transfer]:
    return Paginator(transfers(), TRANSFERS_A_PAGE).get_page(page)


def member_count() -> int:
    return Wallet.objects.filter(purpose=Wallet.Purpose.MEMBER).count()


def transfers_today() -> int:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return Transfer.objects.filter(booked_at__gte=midnight, outcome=Transfer.Outcome.BOOKED).count()


def cash_taken_today(cashier: Any) -> QuerySet[TopUp]:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return (
        TopUp.objects.filter(method=TopUp.Method.CASH, transfer__made_by=cashier, booked_at__gte=midnight)
        .exclude(transfer__reversals__outcome=Transfer.Outcome.BOOKED)
        .select_related("transfer", "wallet__owner")
        .order_by("-id")
    )


def takings(cashier: Any) -> list[Money]:
    """Today's cash in the cashier's drawer, by currency."""
    sums = cash_taken_today(cashier).order_by().values_list("wallet__currency_code").annotate(Sum("amount_minor"))
    return [Money(int(minor), currency(code)) for code, minor in sums.order_by("wallet__currency_code")]
