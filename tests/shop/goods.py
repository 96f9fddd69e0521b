"""What tests of the shop need first: a seller, a sale point, products and a purchase."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from accounts.models import User
from conversion.money import Money
from payments.owners import wallet_of
from shop.models import Order, Product, SalePoint, Variant
from shop.orders.pricing import Wanted, priced, total_of
from shop.orders.service import Bought, buy
from shop.products.service import make_product
from shop.stock.service import count, move
from tests.cast import merchant, person


def a_sale_point(name: str = "Fridge", *, kind: str = SalePoint.Kind.KIOSK, **more: Any) -> SalePoint:
    found = SalePoint.objects.filter(name=name).first()
    return found or SalePoint.objects.create(name=name, kind=kind, currency_code="GBP", pin=SalePoint.Pin.NEVER, **more)


def a_seller(username: str = "kiosk", **more: str) -> User:
    return User.objects.filter(username=username).first() or merchant(username, **more)


def a_product(
    name: str = "Club Mate",
    price: str = "1.20",
    *,
    seller: User | None = None,
    stock: int | None = None,
    strict: bool = True,
    **more: Any,
) -> Variant:
    """One variant of a new product at the fridge. `stock` None: it is not counted."""
    seller = seller or a_seller()
    product: Product = make_product(
        seller=wallet_of(seller),
        name=name,
        price=Money.of(price, wallet_of(seller).currency_code),
        by=person("tess"),
        sale_points=[a_sale_point()],
        **more,
    )
    variant = product.variants.select_related("product__seller").get()
    if stock is not None:
        count(variant, strict=strict)
        if stock:
            move(variant, stock, "delivery", by=person("tess"), key=uuid4())
    return variant


def bought(
    buyer: User, *variants: Variant, quantity: int = 1, shown: Money | None = None, key: UUID | None = None
) -> Bought:
    """Buys at the fridge without a PIN, for what it costs unless `shown` says otherwise."""
    wanted = [Wanted(variant, quantity) for variant in variants]
    return buy(
        buyer=buyer,
        wanted=wanted,
        sale_point=a_sale_point(),
        shown=shown or total_of(priced(wallet_of(buyer), wanted, a_sale_point())),
        key=key or uuid4(),
        pin=None,
        status=Order.Status.COLLECTED,
    )


def order_of(found: Bought) -> Order:
    return Order.objects.select_related("seller_wallet", "buyer_wallet", "money").get(pk=found.orders[0])
