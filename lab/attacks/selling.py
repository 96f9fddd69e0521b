"""What attacks need of the shop: something that is sold to members, and a member's purchase. Through the services."""

from __future__ import annotations

import io
from uuid import uuid4

from PIL import Image

from accounts.models import User
from conversion.money import Money
from payments.owners import wallet_of
from shop.models import Order, SalePoint, StockTake, Variant
from shop.orders.service import Wanted, buy, priced, total_of
from shop.products import pictures
from shop.products.service import make_product
from shop.sale_points.queries import members_sale_point
from shop.stock import counting

NAME = "Attacked mate"


def members_shop() -> SalePoint:
    """The members' sale point. An installation that sells nothing gets one."""
    return members_sale_point() or SalePoint.objects.create(
        name="Attacked shop", kind=SalePoint.Kind.WEB, currency_code="GBP", pin=SalePoint.Pin.NEVER
    )


def something_of(seller: User) -> Variant:
    """What this merchant sells to members."""
    found = Variant.objects.filter(product__name=NAME, product__seller__owner=seller).first()
    if found is not None:
        return found
    wallet = wallet_of(seller)
    price = Money.of("0.10", wallet.currency_code)
    product = make_product(seller=wallet, name=NAME, price=price, by=seller, sale_points=[members_shop()])
    return product.variants.get()


def purchase_of(buyer: User, *, seller: User) -> Order:
    """One that waits to be collected."""
    wanted, shop = [Wanted(something_of(seller))], members_shop()
    bought = buy(
        buyer=buyer,
        wanted=wanted,
        sale_point=shop,
        shown=total_of(priced(wallet_of(buyer), wanted, shop)),
        key=uuid4(),
        pin=None,
        status=Order.Status.PAID,
    )
    return Order.objects.select_related("money__transfer").get(pk=bought.orders[0])


def stock_take_by(who: User) -> StockTake:
    """A merchant's is of its own goods."""
    return counting.begin(by=who, seller=wallet_of(who) if who.role == "merchant" else None)


def a_picture() -> str:
    """What stands for a picture in its address."""
    file = io.BytesIO()
    Image.new("RGB", (9, 9), "red").save(file, "PNG")
    return pictures.store(file.getvalue())
