"""What the members' shop shows: products with prices and what is left, and what the member buys recently and often."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from itertools import groupby

from django.db import connection
from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext as _

from accounts.models import User
from conversion.money import Currency, Money
from ledger.exchange import cost_of
from ledger.models import Wallet
from shop.products.models import Product, Variant
from shop.products.queries import prices
from shop.rules.models import Rules
from shop.sale_points.models import SalePoint
from shop.stock.queries import left

from .models import CartLine

FEW = 10  # that many or fewer that are left are shown as a number
ROUNDED_RATE = Decimal("1.000000002")  # a rate of ten digits is off by less than one in a thousand million


@dataclass(frozen=True, slots=True)
class Tile:
    """A product as a tile of the shop. `variant` is None where the member chooses one on the product's page.

    `price` is what one costs without `deposit`, in the seller's currency; the lowest of its variants. `regular` is the
    price without the happy hour, which ends at `happy_until`. `shown` is what a tap confirms: price and deposit, in the
    member's currency. `left` is None if its stock is not counted or more than FEW are there. `by_staff_only`: it has a
    minimum age, and nobody at this sale point looks at an ID.
    """

    product: Product
    variant: Variant | None
    price: Money
    regular: Money
    deposit: Money | None
    shown: Money
    happy_until: dt.datetime | None
    left: int | None
    minimum_age: int | None
    by_staff_only: bool
    section: str = ""

    @property
    def title(self) -> str:
        return self.variant.title if self.variant else self.product.name

    @property
    def is_sold_out(self) -> bool:
        return self.left is not None and self.left <= 0

    @property
    def is_cheaper(self) -> bool:
        return self.price < self.regular

    @property
    def is_foreign(self) -> bool:
        return self.shown.currency != self.price.currency


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    tiles: list[Tile]


class Tiles:
    """Makes tiles of variants, after one look at their prices and stock, in the currency of the buyer's wallet."""

    def __init__(self, variants: Sequence[Variant], sale_point: SalePoint, buyer: Wallet) -> None:
        ids = [variant.pk for variant in variants]
        self._prices, self._left = prices(ids, sale_point), left(ids)
        self._cost, self._confirms_age = Cost(buyer.currency), sale_point.confirms_age
        self.sold = [variant for variant in variants if variant.pk in self._prices]

    def by_product(self) -> list[Tile]:
        """A tile for each product, in order. Raises ConversionDown."""
        return [self._tile(list(group)) for _, group in groupby(self.sold, lambda variant: variant.product)]

    def by_variant(self) -> list[Tile]:
        """A tile for each variant, in order. Raises ConversionDown."""
        return [self._tile([variant]) for variant in self.sold]

    def of(self, ids: Sequence[int]) -> list[Tile]:
        """A tile for each of these variants that is sold, in the order of `ids`. Raises ConversionDown."""
        known = {variant.pk: variant for variant in self.sold}
        return [self._tile([known[number]]) for number in ids if number in known]

    def _tile(self, variants: list[Variant]) -> Tile:
        cheapest = min((self._prices[variant.pk] for variant in variants), key=lambda price: price.unit_minor)
        product = variants[0].product
        price = Money(cheapest.unit_minor, product.currency)
        deposit = None
        if cheapest.deposit in self._prices:
            deposit = Money(self._prices[cheapest.deposit].unit_minor, product.currency)
        return Tile(
            product=product,
            variant=variants[0] if len(variants) == 1 else None,
            price=price,
            regular=Money(cheapest.regular_minor, product.currency),
            deposit=deposit,
            shown=self._cost.of(price + deposit if deposit else price),
            happy_until=cheapest.happy_until,
            left=_few([self._left.get(variant.pk) for variant in variants]),
            minimum_age=cheapest.minimum_age,
            by_staff_only=bool(cheapest.minimum_age) and not self._confirms_age,
            section=getattr(variants[0], "section", ""),
        )


def listed(sale_point: SalePoint, *, search: str = "") -> list[Variant]:
    """The variants of what is listed, those of featured products first. Each has the `section` of its product there."""
    shown = Variant.objects.select_related("product__category", "product__seller__owner").filter(
        is_shown=True, product__is_shown=True, product__listings__sale_point=sale_point
    )
    if search:
        shown = shown.filter(product__name__icontains=search)
    category, listing = "product__category__", "product__listings__"
    section = Coalesce(NullIf(f"{listing}section", Value("")), f"{category}name", Value(""), output_field=TextField())
    return list(
        shown.annotate(section=section).order_by(
            "-product__is_featured",
            f"{category}position",
            "section",
            f"{listing}position",
            "product__name",
            "product_id",
            "position",
            "id",
        )
    )


def sections(tiles: Iterable[Tile]) -> list[Section]:
    """The tiles under their titles: first the featured ones, then by section, and at the end those without one."""
    titled = [(_("Featured") if tile.product.is_featured else tile.section or _("Products"), tile) for tile in tiles]
    return [Section(title, [tile for _title, tile in group]) for title, group in groupby(titled, lambda row: row[0])]


def habits(buyer: int, rules: Rules) -> tuple[list[int], list[int]]:
    """The variants that this person bought last, and those bought most often in the last days, by their ids.

    It reads at most the last 300 orders, however many there are.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH last AS (
                   SELECT o.id, o.made_at FROM shop_order o
                     JOIN ledger_wallet w ON w.id = o.buyer_wallet_id AND w.purpose <> 'drawer'
                    WHERE o.buyer_id = %s AND o.status <> 'undone' ORDER BY o.id DESC LIMIT 300)
               SELECT l.variant_id, max(l.id) AS newest,
                      coalesce(sum(l.quantity) FILTER (WHERE o.made_at > now() - make_interval(days => %s)), 0) AS many
                 FROM last o JOIN shop_line l ON l.order_id = o.id
                 JOIN shop_variant v ON v.id = l.variant_id JOIN shop_product p ON p.id = v.product_id
                WHERE p.kind <> 'deposit' GROUP BY l.variant_id""",
            [buyer, rules.often_days],
        )
        rows = cursor.fetchall()
    recent = [variant for variant, *_ in sorted(rows, key=lambda row: -row[1])]
    often = [variant for variant, _, many in sorted(rows, key=lambda row: (-row[2], -row[1])) if many > 1]
    return recent[: rules.recent_count], often[: rules.often_count]


def cart_of(member: User, sale_point: SalePoint) -> QuerySet[CartLine]:
    """The lines of this member's cart, as they were put in."""
    mine = CartLine.objects.filter(member=member, sale_point=sale_point)
    return mine.select_related("variant__product__seller").order_by("pk")


def variants_of(product: Product) -> list[Variant]:
    return list(product.variants.select_related("product__category", "product__seller").filter(is_shown=True))


def _few(stocks: Sequence[tuple[bool, int] | None]) -> int | None:
    """How many are left of all variants together, if all are counted strictly and few are left."""
    counted = [many for stock in stocks if stock is not None for strict, many in [stock] if strict]
    if len(counted) < len(stocks):
        return None
    return sum(counted) if sum(counted) <= FEW else None


class Cost:
    """What prices cost in the member's currency. The conversion service is asked once for each other currency.

    It is computed from the rate, which the service rounds to ten digits. So it is rounded up once more, and may be one
    minor unit more than what is booked; a purchase takes what was shown, or less.
    """

    def __init__(self, unit: Currency) -> None:
        self.unit = unit
        self._rates: dict[Currency, Decimal] = {}  # units of the seller's currency for one of the member's

    def of(self, price: Money) -> Money:
        """Raises ConversionDown."""
        if price.currency == self.unit:
            return price
        if price.currency not in self._rates:
            self._rates[price.currency] = cost_of(price, in_=self.unit).rate
        exact = price.decimal / self._rates[price.currency] * ROUNDED_RATE
        return Money(int(exact.scaleb(self.unit.exponent).to_integral_value(ROUND_CEILING)), self.unit)
