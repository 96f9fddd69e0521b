"""Selling at a till: for cash, which goes into the cashier's drawer, or from the wallet of a member who is there.

A cash sale is a purchase like any other: its payer is the drawer. The drawer's balance is minus what is in it, so it
falls by what is sold and rises by deposits that are paid back in cash. The limits of a cashier are those of the cash
desk, since it is the same drawer: for one taking and for a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from accounts.models import User
from accounts.people.errors import OwnAccount
from accounts.people.roles import CASH_DESK
from conversion.money import Money, currency
from events.notices import tell
from ledger.models import Wallet
from ledger.transactions import WithIt
from payments.drawers.service import drawer_of, limits_in, require_within, taken_since
from shop.orders.models import Order
from shop.orders.pricing import Wanted
from shop.orders.service import Bought, buy
from shop.products.models import Variant
from shop.sale_points.models import SalePoint
from shop.sale_points.queries import asks_pin

from .kinds import BOUGHT_AT_TILL
from .models import DepositReturn, TillSale
from .queries import paid_for
from .returns import give_back


def sell_for_cash(
    *, cashier: User, till: SalePoint, wanted: Sequence[Wanted], shown: Money, key: UUID, id_was_seen: bool
) -> Bought:
    """Sells for cash that the cashier has put into the drawer. The same key sells once.

    `shown` is in the till's currency. Raises OverCashLimit and what `buy` raises, RoleMissing among it.
    """
    drawer = drawer_of(cashier, till.currency_code)
    limits = limits_in(currency(till.currency_code))

    def require(bought: Bought) -> None:
        """After booking, so that the drawer's balance has this sale in it. Raising rolls all of it back."""
        if not bought.repeated:
            _store(bought, cashier, till, is_cash=True)
            paid = paid_for(bought.orders, drawer.currency)
            require_within(limits, paid, taken=taken_since(drawer, limits.midnight))

    return buy(
        buyer=cashier,
        wanted=wanted,
        sale_point=till,
        shown=shown,
        key=key,
        pin=None,
        status=Order.Status.COLLECTED,
        roles=CASH_DESK,
        drawer=drawer,
        id_was_seen=id_was_seen,
        with_it=WithIt(require),
    )


def sell_to_member(
    *,
    cashier: User,
    till: SalePoint,
    member: Wallet,
    wanted: Sequence[Wanted],
    shown: Money,
    key: UUID,
    pin: str,
    id_was_seen: bool,
) -> Bought:
    """Sells to a member who stands there, from their wallet. They type their PIN, if the till asks for it.

    `shown` is in the member's currency. Raises OwnAccount and what `buy` raises, RoleMissing among it.
    """
    buyer = member.owner
    assert buyer is not None
    if buyer == cashier:
        raise OwnAccount

    def store(bought: Bought) -> None:
        """Tells the member, too: a till may ask for no PIN, and then the cashier alone moved their money."""
        if not bought.repeated:
            _store(bought, cashier, till, is_cash=False)
            for order in Order.objects.filter(pk__in=bought.orders).select_related("money", "buyer_wallet"):
                tell(buyer.pk, BOUGHT_AT_TILL, actor=cashier.pk, amount=order.money.paid, subject=order.reference)

    return buy(
        buyer=buyer,
        wanted=wanted,
        sale_point=till,
        shown=shown,
        key=key,
        pin=pin if asks_pin(till, shown) else None,
        status=Order.Status.COLLECTED,
        maker=cashier,
        roles=CASH_DESK,
        id_was_seen=id_was_seen,
        with_it=WithIt(store),
    )


def take_back(
    *, cashier: User, till: SalePoint, variant: Variant, quantity: int, member: Wallet | None, key: UUID
) -> DepositReturn:
    """Pays for deposits that came back, into the member's wallet, or in cash. Raises what `give_back` raises."""
    target = member or drawer_of(cashier, variant.product.seller.currency_code)
    return give_back(by=cashier, sale_point=till, variant=variant, quantity=quantity, target=target, key=key)


def _store(bought: Bought, cashier: User, till: SalePoint, *, is_cash: bool) -> None:
    TillSale.objects.bulk_create(
        TillSale(order_id=order, sale_point=till, cashier=cashier, is_cash=is_cash) for order in bought.orders
    )
