"""The demo's shop: two sellers, some products with stock, and three months of people who buy."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from conversion.money import Money
from payments.acting import Act, Stage
from payments.owners import wallet_of
from shop.orders.endings import undo
from shop.orders.models import Order
from shop.orders.pricing import Wanted, priced, total_of
from shop.orders.service import buy
from shop.products import pictures
from shop.products.models import Category, Variant
from shop.products.service import change_product, make_product
from shop.sale_points.models import SalePoint
from shop.stock.service import count, move

from .drawings import drawing_of

GOODS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    # name, price in pounds, category, and what is special: stock, whether it is strict, variants, deposit …
    ("Club Mate", "1.20", "Drinks", {"stock": 96, "deposit": True, "is_featured": True, "vat_permille": 200}),
    ("Filter coffee", "0.60", "Drinks", {"stock": 0, "strict": False, "is_featured": True, "vat_permille": 200}),
    ("Apple juice", "1.40", "Drinks", {"stock": 24, "deposit": True, "vat_permille": 200}),
    ("Sparkling water", "0.80", "Drinks", {"stock": 36, "deposit": True, "vat_permille": 200}),
    ("Beer", "1.80", "Drinks", {"stock": 40, "deposit": True, "minimum_age": 18, "vat_permille": 200}),
    ("Crisps", "1.10", "Snacks", {"stock": 30, "vat_permille": 200}),
    ("Chocolate bar", "0.90", "Snacks", {"stock": 60, "vat_permille": 200}),
    ("Nuts", "1.50", "Snacks", {"stock": 20, "vat_permille": 200}),
    ("Sandwich", "2.80", "Fresh", {"stock": 80}),
    ("Apple cake", "1.60", "Fresh", {"stock": 12, "strict": False}),
    ("Screws, a handful", "0.50", "Workshop", {}),
    ("Plywood, A3", "3.20", "Workshop", {"stock": 15}),
    ("T-shirt", "14.00", "Workshop", {"stock": 12, "variants": ("S", "M", "L")}),
    ("Sticker", "0.30", "Workshop", {"stock": 0}),
)
DEPOSIT = "Bottle"


def _open(stage: Stage) -> tuple[SalePoint, list[Variant]]:
    """The members' sale point, and what is sold there. Made at the first call."""
    shop = SalePoint.objects.filter(kind=SalePoint.Kind.WEB).first()
    if shop is None:
        shop = SalePoint.objects.create(
            name="Online",
            kind=SalePoint.Kind.WEB,
            currency_code="GBP",
            pin=SalePoint.Pin.ABOVE,
            no_pin_up_to_minor=500,
        )
        _stock_up(stage, shop)
    sold = Variant.objects.filter(product__kind="goods", revision__minimum_age=None)  # the others by staff alone
    return shop, list(sold.select_related("product__seller").order_by("pk"))


def _stock_up(stage: Stage, shop: SalePoint) -> None:
    seller, by = wallet_of(stage.people["kiosk"]), stage.people["tess"]
    bottle = make_product(seller=seller, name=DEPOSIT, price=_pounds("0.25"), by=by, kind="deposit").variants.get()
    for name, price, category, special in GOODS:
        more = dict(special)
        stock, strict = more.pop("stock", None), more.pop("strict", True)
        if more.pop("deposit", False):
            more["deposit"] = bottle
        shelf, _is_new = Category.objects.get_or_create(name=category)
        product = make_product(
            seller=seller, name=name, price=_pounds(price), by=by, category=shelf, sale_points=[shop], **more
        )
        if drawing := drawing_of(name):
            change_product(product, by=by, picture=pictures.store(drawing))
        for variant in product.variants.all():
            if stock is not None:
                count(variant, strict=strict)
            if stock:
                move(variant, stock, "delivery", by=by, key=stage.key())


def _buy(stage: Stage) -> None:
    """Somebody buys one or two of something. One purchase in 25 is undone."""
    shop, variants = _open(stage)
    buyer, variant = stage.two()[0], stage.chance.choice(variants)
    wanted = [Wanted(variant, stage.chance.choice((1, 1, 1, 2)))]
    order = bought(stage, buyer, wanted, shop, Order.Status.COLLECTED)
    if stage.chance.randrange(25) == 0:
        undo(order=order, by=buyer, key=stage.key())


def bought(stage: Stage, buyer: User, wanted: list[Wanted], shop: SalePoint, status: str) -> Order:
    """The order of a purchase of one seller, for whatever it costs."""
    found = buy(
        buyer=buyer,
        wanted=wanted,
        sale_point=shop,
        shown=total_of(priced(wallet_of(buyer), wanted, shop)),
        key=stage.key(),
        pin=None,
        status=status,
    )
    return Order.objects.get(pk=found.orders[0])


def _leave_orders(stage: Stage) -> None:
    """Alice has bought a coffee a moment ago, and two people wait for what they ordered."""
    shop, variants = _open(stage)
    named = {variant.product.name: variant for variant in variants}
    for username, name, many in (("bob", "Sandwich", 2), ("carla", "T-shirt", 1), ("alice", "Filter coffee", 1)):
        bought(stage, stage.people[username], [Wanted(named[name], many)], shop, Order.Status.PAID)


def _pounds(amount: str) -> Money:
    return Money.of(amount, "GBP")


ACTS = [Act(_buy, often=20)]
LAST = [_leave_orders]
