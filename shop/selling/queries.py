"""The orders of a seller, and what was sold in a period. The database sums, however many lines there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Prefetch, QuerySet

from accounts.models import User
from accounts.people.roles import MERCHANTS
from conversion.errors import NotFound
from shop.orders.models import Line, Order
from shop.orders.numbers import number_of
from shop.orders.queries import with_details

Status = Order.Status
WAITING_DAYS = 31  # for so long an order that waits is on top of the list


def orders() -> QuerySet[Order]:
    """All orders, the newest first, with what a list shows."""
    lines = Line.objects.order_by("number")
    found = Order.objects.select_related("buyer", "seller_wallet__owner", "sale_point").order_by("-pk")
    return found.prefetch_related(Prefetch("lines", lines))


def sales_of(seller: User) -> QuerySet[Order]:
    """The orders of what this merchant sells, with all that a program is told of them, the newest first."""
    return with_details(Order.objects.filter(seller_wallet__owner=seller).order_by("-pk"))


def sale_of(seller: User, reference: UUID) -> Order:
    """Raises NotFound, also for another seller's order, and for who is no merchant."""
    found = sales_of(seller).filter(reference=reference).first() if seller.role in MERCHANTS else None
    if found is None:
        raise NotFound
    return found


def waiting(found: QuerySet[Order], status: str) -> QuerySet[Order]:
    """Those that wait since WAITING_DAYS or less, the oldest first.

    No index has the status, since an index would make each change of it slower; the last days are few.
    """
    since = dt.datetime.now(dt.UTC) - dt.timedelta(days=WAITING_DAYS)
    return found.filter(status=status, made_at__gte=since).order_by("pk")


def order_with(found: QuerySet[Order], reference: UUID) -> Order:
    """Raises NotFound."""
    order = found.select_related("money__transfer", "buyer_wallet").filter(reference=reference).first()
    if order is None:
        raise NotFound
    return order


def order_by_code(found: QuerySet[Order], code: str) -> Order | None:
    """The order whose code somebody says, if it is one of these."""
    number = number_of(code)
    return None if number is None else found.filter(pk=number).first()


@dataclass(frozen=True, slots=True)
class Sold:
    """What was sold and given back, of one seller and by one heading. Amounts in minor units, VAT included."""

    seller: int
    heading: str
    quantity: int
    gross: int
    refunded_quantity: int
    refunded: int

    @property
    def net(self) -> int:
        return self.gross - self.refunded


@dataclass(frozen=True, slots=True)
class Taxed:
    """One VAT rate of one seller: what was sold less what was given back, and the VAT in it, in minor units."""

    seller: int
    permille: int
    gross: int
    vat: int

    @property
    def without_vat(self) -> int:
        return self.gross - self.vat


@dataclass(frozen=True, slots=True)
class Period:
    """From the beginning of the first day to the end of the last one, by the installation's time zone."""

    first: dt.date
    last: dt.date

    def months(self) -> Iterator[Period]:
        """The parts of the period that are in one calendar month each, in their order."""
        first = self.first
        while first <= self.last:
            next_month = (first.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
            yield Period(first, min(self.last, next_month - dt.timedelta(days=1)))
            first = next_month


def by_day(period: Period, sellers: Sequence[int] | None) -> list[Sold]:
    return sorted(_sold("shop_sales_by_day", period, sellers), key=lambda sold: (sold.seller, sold.heading))


def by_product(period: Period, sellers: Sequence[int] | None) -> list[Sold]:
    """The products of each seller, what sold for most first."""
    return sorted(
        _sold("shop_sales_by_product", period, sellers), key=lambda sold: (sold.seller, -sold.gross, sold.heading)
    )


def by_vat(period: Period, sellers: Sequence[int] | None) -> list[Taxed]:
    """The VAT rates of each seller, the highest first."""
    sums = _summed("shop_sales_by_vat", period, sellers)
    return sorted((Taxed(*row) for row in sums), key=lambda taxed: (taxed.seller, -taxed.permille))


def _sold(function: str, period: Period, sellers: Sequence[int] | None) -> Iterator[Sold]:
    return (Sold(*row) for row in _summed(function, period, sellers))


def _summed(function: str, period: Period, sellers: Sequence[int] | None) -> Iterator[tuple]:
    """The rows of the function for each month, with those of the same seller and heading summed up.

    Each sale and each refund counts on one day, so the months' sums are the period's. A statement for a whole year
    took longer than a page's may. `sellers` are ids of wallets; None: all.
    """
    wallets = None if sellers is None else list(sellers)
    sums: dict[tuple, list[int]] = {}
    with connection.cursor() as cursor:
        for month in period.months():
            cursor.execute(
                f"SELECT * FROM {function}(%s, %s, %s, %s)",  # noqa: S608 - one of the three names above
                [wallets, month.first, month.last, settings.TIME_ZONE],
            )
            for seller, heading, *amounts in cursor:
                before = sums.setdefault((seller, heading), [0] * len(amounts))
                sums[seller, heading] = [was + more for was, more in zip(before, amounts, strict=True)]
    return ((*group, *amounts) for group, amounts in sums.items())
