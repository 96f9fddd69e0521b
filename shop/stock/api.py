"""JSON operations of a merchant's program about the stock of its own variants. Stock-takes are on the pages alone."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from ninja import Router

from accounts.people.requests import SignedInRequest
from api.codes import raises
from api.kept import keep_body
from api.once import Keep, once
from ledger.errors import Busy, DiskFull, InDoubt
from ledger.transactions import WithIt
from shop.products.queries import variant_sold_by
from shop.scopes import SELL

from . import queries, service
from .errors import SoldOut, StockNotCounted
from .models import Stock
from .schemas import SIGN, NewStockMove, StockChange, StockLevel

router = Router(tags=["Selling"], by_alias=True)
ROUTERS = [("stock", router)]


@router.get("/{uuid:id}", auth=SELL, response=StockLevel, operation_id="get_stock", summary="Get a variant's stock")
def get_stock(request: SignedInRequest, id: UUID) -> StockLevel:
    """Returns how many of a variant of yours are there. The id is that of the variant, as in orders."""
    variant = variant_sold_by(request.user, id)
    strict, left = queries.left([variant.pk]).get(variant.pk, (None, None))
    counting = None if strict is None else "strict" if strict else "trust"
    return StockLevel(id=id, title=variant.title, counting=counting, left=left)


@router.post(
    "/{uuid:id}",
    auth=SELL,
    response={201: StockChange},
    operation_id="move_stock",
    summary="Book a delivery, or waste",
)
@raises(Busy, DiskFull, InDoubt, SoldOut, StockNotCounted)
def move_stock(request: SignedInRequest, id: UUID, body: NewStockMove) -> HttpResponse:
    """Adds what was delivered to the stock of a variant of yours, or takes from it what was thrown away.

    How a variant is counted, and stock-takes, are on the pages.
    """
    variant = variant_sold_by(request.user, id)

    def act(key: UUID, keep: Keep) -> None:
        if not Stock.objects.filter(pk=variant.pk).exists():
            raise StockNotCounted
        booked = StockChange(variant=id, reason=body.reason, quantity=body.quantity, note=body.note)
        service.move(
            variant,
            SIGN[body.reason] * body.quantity,
            body.reason,
            by=request.user,
            key=key,
            note=body.note,
            with_it=WithIt(lambda _: keep_body(keep, 201, booked)),
        )

    return once(request, operation="move_stock", asked={"id": str(id)} | body.as_asked(), act=act, moves_money=False)
