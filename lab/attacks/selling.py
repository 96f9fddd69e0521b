"""What attacks need of the shop: something that is sold to members, and a member's purchase. Through the services."""

from __future__ import annotations

import io
from uuid import uuid4

from PIL import Image

from accounts.models import User
from conversion.money import Money
from payments.owners import wallet_of
from shop.models import DepositReturn, Order, Product, SalePoint, StockTake, Variant
from shop.orders.pricing import Wanted, priced, total_of
from shop.orders.service import buy
from shop.products import pictures
from shop.products.service import make_product
from shop.sale_points.models import Listing
from shop.sale_points.queries import members_sale_point
from shop.stock import counting
from shop.till import queries as tills
from shop.till.service import sell_for_cash, take_back

NAME, BOTTLE, ENOUGH = "Attacked mate", "Attacked bottle", Money.of("100", "GBP")


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


def till() -> SalePoint:
    """The till that is open already, or a new one."""
    found = next(iter(tills.tills()), None)
    return found or SalePoint.objects.create(
        name="Attacked till", kind=SalePoint.Kind.TILL, currency_code="GBP", pin=SalePoint.Pin.NEVER
    )


def cash_sale_of(cashier: User, *, seller: User) -> Order:
    variant, place = something_of(seller), till()
    Listing.objects.get_or_create(sale_point=place, product=variant.product)
    bought = sell_for_cash(
        cashier=cashier, till=place, wanted=[Wanted(variant)], shown=ENOUGH, key=uuid4(), id_was_seen=True
    )
    return Order.objects.get(pk=bought.orders[0])


def deposit_return_of(cashier: User, *, seller: User) -> DepositReturn:
    """One bottle, in cash. The seller has the money from a sale."""
    cash_sale_of(cashier, seller=seller)
    place, wallet = till(), wallet_of(seller)
    variant = Variant.objects.filter(product__name=BOTTLE, product__seller=wallet).first()
    if variant is None:
        price = Money.of("0.05", wallet.currency_code)
        kind = Product.Kind.DEPOSIT
        variant = make_product(seller=wallet, name=BOTTLE, price=price, by=seller, kind=kind).variants.get()
    return take_back(cashier=cashier, till=place, variant=variant, quantity=1, member=None, key=uuid4())
