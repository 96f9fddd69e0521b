"""The members' cart: what is in it, and paying it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Least

from accounts.models import User
from conversion.money import Money
from ledger.transactions import WithIt
from shop.orders.models import Order
from shop.orders.pricing import MOST, Wanted
from shop.orders.service import Bought, buy
from shop.products.models import Variant
from shop.sale_points.models import SalePoint
from shop.sale_points.queries import asks_pin

from .errors import CartIsEmpty
from .models import CartLine
from .queries import cart_of


def buy_one(
    *, buyer: User, variant: Variant, sale_point: SalePoint, shown: Money, key: UUID, pin: str, quantity: int = 1
) -> Bought:
    """Buys a variant with one tap, if it costs no more than `shown`. Raises what `buy` raises."""
    wanted = [Wanted(variant, quantity)]
    return buy_together(buyer=buyer, wanted=wanted, sale_point=sale_point, shown=shown, key=key, pin=pin)


def buy_together(
    *,
    buyer: User,
    wanted: Sequence[Wanted],
    sale_point: SalePoint,
    shown: Money,
    key: UUID,
    pin: str | None,
    with_it: WithIt[Bought] | None = None,
) -> Bought:
    """Buys these, if they cost no more than `shown` together. Raises what `buy` raises.

    The sale point says whether the PIN is needed. `pin` None: an access token takes its place, as it does for payments.
    """
    needs_pin = pin is not None and asks_pin(sale_point, shown)
    return buy(
        buyer=buyer,
        wanted=wanted,
        sale_point=sale_point,
        shown=shown,
        key=key,
        pin=pin if needs_pin else None,
        status=Order.Status.PAID,
        with_it=with_it,
    )


def add(member: User, sale_point: SalePoint, variant: Variant, *, quantity: int, shown: Money) -> None:
    """Puts some into the cart, up to MOST. `shown` is what one costs, as the member saw it."""
    line, is_new = CartLine.objects.get_or_create(
        member=member,
        sale_point=sale_point,
        variant=variant,
        defaults={"quantity": min(quantity, MOST), "shown_minor": shown.minor},
    )
    if not is_new:
        more = Least(F("quantity") + quantity, MOST)
        CartLine.objects.filter(pk=line.pk).update(quantity=more, shown_minor=shown.minor)


def set_quantity(member: User, sale_point: SalePoint, variant: Variant, quantity: int) -> None:
    """Changes how many are in the cart; zero takes it out."""
    mine = CartLine.objects.filter(member=member, sale_point=sale_point, variant=variant)
    if quantity <= 0:
        mine.delete()
    else:
        mine.update(quantity=min(quantity, MOST))


def pay(*, buyer: User, sale_point: SalePoint, shown: Money, key: UUID, pin: str) -> Bought:
    """Buys everything in the cart, and empties it in the same transaction. The same key again returns its orders.

    Raises CartIsEmpty, and what `buy` raises.
    """
    lines = list(cart_of(buyer, sale_point))
    if not lines:
        # The form was sent twice: the first one has emptied the cart.
        if orders := tuple(Order.objects.filter(maker=buyer, key=key).order_by("pk").values_list("pk", flat=True)):
            return Bought(orders, repeated=True)
        raise CartIsEmpty
    paid = [line.pk for line in lines]
    return buy_together(
        buyer=buyer,
        wanted=[Wanted(line.variant, line.quantity) for line in lines],
        sale_point=sale_point,
        shown=shown,
        key=key,
        pin=pin,
        with_it=WithIt(lambda _: CartLine.objects.filter(pk__in=paid).delete()),
    )
