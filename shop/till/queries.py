"""What a till shows: its products and deposits, the members at the counter, and the day's takings of a cashier."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet, Sum

from accounts.models import User
from conversion.errors import NotFound
from conversion.money import Currency, Money, currency
from ledger.kinds import MEMBER
from ledger.models import Wallet
from shop.orders.models import Line, OrderMoney
from shop.products.models import Product, Variant
from shop.products.queries import Price, prices
from shop.sale_points.models import SalePoint
from shop.stock.queries import left

from .models import DepositReturn, TillSale

MEMBERS_SHOWN = 8
SALES_SHOWN = 10
SHORTEST_SEARCH = 2  # characters


@dataclass(frozen=True, slots=True)
class Tile:
    variant: Variant
    price: Price
    unit: Money
    left: int | None

    @property
    def is_sold_out(self) -> bool:
        return bool(self.price.strict) and self.left is not None and self.left <= 0


def tills() -> list[SalePoint]:
    return list(SalePoint.objects.filter(kind=SalePoint.Kind.TILL, is_open=True).order_by("name"))


def till_with(reference: UUID) -> SalePoint:
    """The till with this reference, if it is open. Raises NotFound."""
    found = SalePoint.objects.filter(kind=SalePoint.Kind.TILL, is_open=True, reference=reference).first()
    if found is None:
        raise NotFound
    return found


def goods(till: SalePoint) -> list[Tile]:
    """What the till sells, in the order of its list."""
    variants = (
        Variant.objects.filter(product__listings__sale_point=till, product__kind=Product.Kind.GOODS, is_shown=True)
        .select_related("product__seller")
        .order_by("product__listings__section", "product__listings__position", "product__name", "position", "pk")
    )
    return _tiles(variants, till)


def deposits(till: SalePoint) -> list[Tile]:
    """The deposits that the till takes back: those that it lists, and those that its products bring."""
    of_goods = Variant.objects.filter(product__listings__sale_point=till).values("revision__deposit")
    listed = Q(product__kind=Product.Kind.DEPOSIT, product__listings__sale_point=till)
    variants = Variant.objects.filter(Q(pk__in=of_goods) | listed, is_shown=True).select_related("product__seller")
    return _tiles(variants.distinct().order_by("pk"), till)


def _tiles(variants: Iterable[Variant], till: SalePoint) -> list[Tile]:
    variants = list(variants)
    ids = [variant.pk for variant in variants]
    found, stock = prices(ids, till), left(ids)
    return [
        Tile(
            variant,
            price := found[variant.pk],
            Money(price.unit_minor, variant.product.currency),
            stock[variant.pk][1] if variant.pk in stock else None,
        )
        for variant in variants
        if variant.pk in found
    ]


def members(text: str, *, besides: User) -> list[Wallet]:
    """The members whose name or username has this text, at least SHORTEST_SEARCH characters of it. A few at most."""
    text = text.strip().removeprefix("@")
    if len(text) < SHORTEST_SEARCH:
        return []
    named = (
        Q(owner__username__icontains=text) | Q(owner__first_name__icontains=text) | Q(owner__last_name__icontains=text)
    )
    return list(_members(besides).filter(named).order_by("owner__username")[:MEMBERS_SHOWN])


def recent_members(till: SalePoint, cashier: User) -> list[Wallet]:
    """To whom this cashier sold lately here, the last one first."""
    newest = TillSale.objects.filter(cashier=cashier, sale_point=till, is_cash=False).order_by("-made_at")
    wallets = list(newest.values_list("order__buyer_wallet", flat=True)[: 5 * MEMBERS_SHOWN])
    found = _members(cashier).in_bulk(list(dict.fromkeys(wallets))[:MEMBERS_SHOWN])
    return [found[pk] for pk in dict.fromkeys(wallets) if pk in found]


def member_with(reference: UUID, *, besides: User) -> Wallet:
    """Raises NotFound."""
    found = _members(besides).filter(reference=reference).first()
    if found is None:
        raise NotFound
    return found


def _members(besides: User) -> QuerySet[Wallet]:
    """Nobody sells to themselves as a cashier."""
    wallets = Wallet.objects.filter(purpose=MEMBER, owner__is_active=True)
    return wallets.exclude(owner=besides).select_related("owner")


@dataclass(frozen=True, slots=True)
class Takings:
    """The sums of a cashier's day at a till in one currency, without what was undone.

    `cash` and `members` are what was sold, in the sellers' currency. `back_in_cash` and `back_to_members` are deposits.
    """

    cash: Money
    members: Money
    back_in_cash: Money
    back_to_members: Money
    sales: int


def takings(till: SalePoint, cashier: User, since: dt.datetime) -> list[Takings]:
    """One for each currency in which something was sold or given back since then."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT currency, sum(sales)::int, sum(cash)::bigint, sum(members)::bigint, sum(back_cash)::bigint,
                      sum(back_members)::bigint
                 FROM (SELECT w.currency, CASE WHEN t.is_cash THEN o.total_minor - o.refunded_minor ELSE 0 END AS cash,
                              CASE WHEN t.is_cash THEN 0 ELSE o.total_minor - o.refunded_minor END AS members,
                              0 AS back_cash, 0 AS back_members, 1 AS sales
                         FROM shop_tillsale t JOIN shop_order o ON o.id = t.order_id
                         JOIN ledger_wallet w ON w.id = o.seller_wallet_id
                        WHERE t.cashier_id = %(by)s AND t.sale_point_id = %(till)s AND t.made_at >= %(since)s
                          AND o.status <> 'undone'
                       UNION ALL
                       SELECT w.currency, 0, 0,
                              CASE WHEN d.purpose = 'drawer' THEN r.quantity * r.unit_minor ELSE 0 END,
                              CASE WHEN d.purpose = 'drawer' THEN 0 ELSE r.quantity * r.unit_minor END, 0
                         FROM shop_depositreturn r JOIN ledger_wallet w ON w.id = r.seller_wallet_id
                         JOIN ledger_wallet d ON d.id = r.target_wallet_id
                        WHERE r.by_id = %(by)s AND r.sale_point_id = %(till)s AND r.made_at >= %(since)s
                          AND r.undone_id IS NULL) each_one
                GROUP BY currency ORDER BY currency""",
            {"by": cashier.pk, "till": till.pk, "since": since},
        )
        return [
            Takings(
                cash=Money(cash, currency(code)),
                members=Money(from_members, currency(code)),
                back_in_cash=Money(back_in_cash, currency(code)),
                back_to_members=Money(back_to_members, currency(code)),
                sales=sales,
            )
            for code, sales, cash, from_members, back_in_cash, back_to_members in cursor.fetchall()
        ]


def last_sales(till: SalePoint, cashier: User, since: dt.datetime) -> list[TillSale]:
    newest = TillSale.objects.filter(cashier=cashier, sale_point=till, made_at__gte=since).order_by("-made_at")
    return list(newest.select_related("order__buyer", "order__buyer_wallet", "order__money")[:SALES_SHOWN])


def last_returns(till: SalePoint, cashier: User, since: dt.datetime) -> list[DepositReturn]:
    newest = DepositReturn.objects.filter(by=cashier, sale_point=till, made_at__gte=since).order_by("-made_at")
    return list(newest.select_related("seller_wallet", "target_wallet__owner", "revision")[:SALES_SHOWN])


def paid_for(orders: Sequence[int], unit: Currency) -> Money:
    """What the payer paid for these orders, in the payer's currency."""
    paid = OrderMoney.objects.filter(order__in=orders).aggregate(minor=Sum("paid_minor", default=0))["minor"]
    return Money(int(paid), unit)


def sale_of(cashier: User, reference: UUID) -> TillSale:
    """The cashier's own sale of this order. Raises NotFound."""
    found = TillSale.objects.filter(cashier=cashier, order__reference=reference)
    if (sale := found.select_related("order__buyer_wallet", "order__money", "sale_point").first()) is None:
        raise NotFound
    return sale


def return_of(person: User, reference: UUID) -> DepositReturn:
    """What this person gave back or took back. Raises NotFound."""
    found = DepositReturn.objects.filter(by=person, reference=reference)
    if (given := found.select_related("seller_wallet", "target_wallet", "sale_point").first()) is None:
        raise NotFound
    return given


def lines_of(orders: Sequence[int]) -> dict[int, list[str]]:
    """What was in these orders, as lines of a list."""
    found: dict[int, list[str]] = {order: [] for order in orders}
    for line in Line.objects.filter(order__in=orders).order_by("number"):
        found[line.order_id].append(str(line))
    return found
