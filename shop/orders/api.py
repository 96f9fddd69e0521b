"""JSON operations about one's own orders: list, get, undo."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from ninja import Router

from accounts.people.requests import SignedInRequest
from api.codes import raises
from api.kept import keep_body
from api.once import Keep, once
from api.paging import CURSOR_UNKNOWN, Cursor, Limit, page
from ledger.errors import ConversionDown, RatesTooOld
from ledger.transactions import WithIt
from payments.json_errors import CHANGE, TIMESTAMPED
from payments.reversals.errors import PayeeLacksFunds, RateMoved
from shop.scopes import BUY, READ

from . import endings, queries
from .errors import CannotUndoOrder, DepositCameBack, OrderAlreadyUndone
from .models import Order
from .schemas import ShopOrder, ShopOrders

router = Router(tags=["Shop"], by_alias=True)
ROUTERS = [("orders", router)]


@router.get("", auth=READ, response=ShopOrders, operation_id="list_shop_orders", summary="List your orders")
@raises(CURSOR_UNKNOWN)
def list_shop_orders(request: SignedInRequest, cursor: Cursor | None = None, limit: Limit = 20) -> ShopOrders:
    """Returns what you bought in the shop, at kiosks and from your wallet at tills, the newest first."""
    found = queries.with_details(queries.orders_of(request.user))
    rows, after = page(found, cursor=cursor, limit=limit)
    return ShopOrders(orders=[ShopOrder.of(row) for row in rows], next=after)


@router.get("/{uuid:id}", auth=READ, response=ShopOrder, operation_id="get_shop_order", summary="Get an order")
def get_shop_order(request: SignedInRequest, id: UUID) -> ShopOrder:
    """Returns an order of yours. Programs see by its `status` whether it can be collected."""
    return ShopOrder.of(queries.order_of(request.user, id))


@router.post(
    "/{uuid:id}/undo", auth=BUY, response={200: ShopOrder}, operation_id="undo_shop_order", summary="Undo a purchase"
)
@raises(
    *CHANGE,
    *TIMESTAMPED,
    ConversionDown,
    RatesTooOld,
    CannotUndoOrder,
    DepositCameBack,
    OrderAlreadyUndone,
    PayeeLacksFunds,
    RateMoved,
)
def undo_shop_order(request: SignedInRequest, id: UUID) -> HttpResponse:
    """Takes your purchase back, in the minutes that the shop's rules allow: the money returns, the goods are in stock.

    It works until the seller has refunded a part of it.
    """
    found = queries.order_of(request.user, id)

    def act(key: UUID, keep: Keep) -> None:
        undone = ShopOrder.of(found, status=Order.Status.UNDONE)
        endings.undo(
            order=found, by=request.user, key=key, with_it=WithIt(lambda _posting: keep_body(keep, 200, undone))
        )

    return once(request, operation="undo_shop_order", asked={"id": str(id)}, act=act)
