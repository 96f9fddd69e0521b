"""JSON operations of a merchant's program about the orders of what it sells. Refunds are in `shop.refunds`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from accounts.people.errors import RoleMissing
from accounts.people.requests import SignedInRequest
from accounts.people.roles import MERCHANTS
from api.codes import raises
from api.kept import keep_body
from api.once import Keep, once
from api.paging import CURSOR_UNKNOWN, Cursor, Limit, page
from shop.orders.models import Order
from shop.orders.schemas import Sale, Sales
from shop.scopes import SELL

from . import queries, service
from .errors import OrderWentOn

router = Router(tags=["Selling"], by_alias=True)
ROUTERS = [("sales/orders", router)]


@router.get("", auth=SELL, response=Sales, operation_id="list_sales", summary="List the orders of what you sell")
@raises(CURSOR_UNKNOWN, RoleMissing)
def list_sales(
    request: SignedInRequest,
    status: Annotated[
        Literal["", "paid", "ready"],
        Query(description="Only orders of the last 31 days that wait: to be made ready, or to be collected."),
    ] = "",
    cursor: Cursor | None = None,
    limit: Limit = 20,
) -> Sales:
    """Returns the orders of what you sell, the newest first. Only a merchant may."""
    if request.user.role not in MERCHANTS:
        raise RoleMissing
    found = queries.sales_of(request.user)
    found = queries.waiting(found, status).order_by("-pk") if status else found
    rows, after = page(found, cursor=cursor, limit=limit)
    return Sales(orders=[Sale.of(row) for row in rows], next=after)


@router.get("/{uuid:id}", auth=SELL, response=Sale, operation_id="get_sale", summary="Get an order of what you sell")
def get_sale(request: SignedInRequest, id: UUID) -> Sale:
    return Sale.of(queries.sale_of(request.user, id))


@router.post(
    "/{uuid:id}/ready", auth=SELL, response={200: Sale}, operation_id="make_sale_ready", summary="Make an order ready"
)
@raises(OrderWentOn)
def make_sale_ready(request: SignedInRequest, id: UUID) -> HttpResponse:
    """Says that the buyer can collect the order: they are told. A second call changes nothing."""
    return _advanced(request, id, "make_sale_ready", Order.Status.READY, service.make_ready)


@router.post(
    "/{uuid:id}/collected",
    auth=SELL,
    response={200: Sale},
    operation_id="collect_sale",
    summary="Say that an order was collected",
)
@raises(OrderWentOn)
def collect_sale(request: SignedInRequest, id: UUID) -> HttpResponse:
    """Says that the buyer has the order. A second call changes nothing."""
    return _advanced(request, id, "collect_sale", Order.Status.COLLECTED, service.collect)


def _advanced(
    request: SignedInRequest, id: UUID, operation: str, status: Order.Status, advance: Callable[..., None]
) -> HttpResponse:
    found = queries.sale_of(request.user, id)

    def act(key: UUID, keep: Keep) -> None:
        advance(found, by=request.user)  # it may be called again, so the answer need not be in its transaction
        keep_body(keep, 200, Sale.of(found, status=status))

    return once(request, operation=operation, asked={"id": str(id)}, act=act, moves_money=False)
