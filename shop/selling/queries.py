"""The orders of a seller, and what was sold in a period. The database sums, however many lines there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
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


def by_day(period: Period, sellers: Sequence[int] | None) -> list[Sold]:
    return [Sold(*row) for row in _asked("shop_sales_by_day", period, sellers)]


def by_product(period: Period, sellers: Sequence[int] | None) -> list[Sold]:
    return [Sold(*row) for row in _asked("shop_sales_by_product", period, sellers)]


def by_vat(period: Period, sellers: Sequence[int] | None) -> list[Taxed]:
    return [Taxed(*row) for row in _asked("shop_sales_by_vat", period, sellers)]


def _asked(function: str, period: Period, sellers: Sequence[int] | None) -> list[tuple]:
    """`sellers` are ids of wallets; None: all."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM {function}(%s, %s, %s, %s)",  # noqa: S608 - one of the three names above
            [None if sellers is None else list(sellers), period.first, period.last, settings.TIME_ZONE],
        )
        return cursor.fetchall()
