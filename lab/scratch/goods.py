"""A members' shop in a scratch database: a merchant, a sale point, and goods for a minor unit each."""

from __future__ import annotations

from uuid import uuid4

from conversion.money import Money
from payments.owners import wallet_of
from payments.registration.service import register
from shop.models import SalePoint, Variant
from shop.products.service import make_product
from shop.stock.service import count

from .world import CURRENCY

PRICE_MINOR = 1


def open_shop(*, things: int = 1) -> tuple[SalePoint, Variant]:
    """A members' sale point that asks no PIN and sells so many things, and one of these. Their stock is on trust."""
    seller, _ = register(
        username="corner",
        first_name="Corner",
        last_name="Kiosk",
        email="corner@example.org",
        password=str(uuid4()),
        currency=CURRENCY,
        role="merchant",
    )
    sale_point = SalePoint.objects.create(
        name="Online", kind=SalePoint.Kind.WEB, currency_code=CURRENCY, pin=SalePoint.Pin.NEVER
    )
    wallet = wallet_of(seller)
    price = Money(PRICE_MINOR, wallet.currency)
    for number in range(things):
        name = f"Coffee {number}"
        product = make_product(seller=wallet, name=name, price=price, by=seller, sale_points=[sale_point])
        variant = product.variants.select_related("product__seller").get()
        count(variant, strict=False)
    return sale_point, variant
