"""The demo's till: the bar, where the cashier sold a little today."""

from __future__ import annotations

from conversion.money import Money
from payments.acting import Stage
from payments.owners import wallet_of
from shop.orders.pricing import Wanted
from shop.products.models import Product, Variant
from shop.sale_points.models import Listing, SalePoint

from .service import sell_for_cash, sell_to_member, take_back

SOLD = ("Club Mate", "Beer", "Apple juice", "Crisps", "Nuts", "Sandwich", "Apple cake", "Chocolate bar")


def _open_the_bar(stage: Stage) -> None:
    bar = SalePoint.objects.create(
        name="Bar",
        kind=SalePoint.Kind.TILL,
        currency_code="GBP",
        pin=SalePoint.Pin.ABOVE,
        no_pin_up_to_minor=1000,
    )
    for position, name in enumerate(SOLD):
        for product in Product.objects.filter(name=name, kind=Product.Kind.GOODS):
            Listing.objects.create(sale_point=bar, product=product, position=position)
    goods = {each.product.name: each for each in Variant.objects.filter(product__sale_points=bar)}
    cashier, enough = stage.people["cass"], Money.of("100", "GBP")
    for name, many in (("Club Mate", 2), ("Crisps", 1), ("Beer", 1)):
        sell_for_cash(
            cashier=cashier,
            till=bar,
            wanted=[Wanted(goods[name], many)],
            shown=enough,
            key=stage.key(),
            id_was_seen=True,
        )
    sell_to_member(
        cashier=cashier,
        till=bar,
        member=wallet_of(stage.people["bob"]),
        wanted=[Wanted(goods["Apple cake"])],
        shown=enough,
        key=stage.key(),
        pin="",
        id_was_seen=False,
    )
    bottle = Variant.objects.select_related("product__seller").get(product__kind=Product.Kind.DEPOSIT)
    take_back(cashier=cashier, till=bar, variant=bottle, quantity=3, member=None, key=stage.key())


LAST = [_open_the_bar]
