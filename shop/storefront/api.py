"""JSON operations of the members' shop: the catalogue, and buying."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpResponse
from ninja import Body, Router

from accounts.people.requests import SignedInRequest
from api.codes import raises
from api.fields import AMOUNT, Sum, money_of
from api.kept import keep_body
from api.once import Keep, once
from api.paging import CURSOR_UNKNOWN, Cursor, Limit, unknown_cursor
from conversion.money import Money
from ledger.errors import ConversionDown, RatesTooOld
from ledger.models import Wallet
from ledger.transactions import WithIt
from payments.json_errors import CHANGE, TIMESTAMPED
from payments.owners import wallet_of
from shop.orders.errors import DebtLimitReached, NotSold, OwnGoods, PriceChanged, SoldByStaffOnly, TooManyOfOne
from shop.orders.models import Order
from shop.orders.pricing import Wanted, total_of
from shop.orders.queries import with_details
from shop.orders.schemas import ShopOrder
from shop.orders.service import Bought
from shop.products.models import Variant
from shop.products.queries import variants_with
from shop.sale_points.models import SalePoint
from shop.sale_points.queries import members_sale_point
from shop.scopes import BUY, READ
from shop.stock.errors import SoldOut

from . import queries, service
from .schemas import Catalogue, CatalogueItem, NewPurchase, Purchase, WantedLine

catalogue_router = Router(tags=["Shop"], by_alias=True)
router = Router(tags=["Shop"], by_alias=True)
ROUTERS = [("catalogue", catalogue_router), ("purchases", router)]


@catalogue_router.get(
    "", auth=READ, response=Catalogue, operation_id="list_catalogue", summary="List what members can buy"
)
@raises(CURSOR_UNKNOWN, ConversionDown, RatesTooOld)
def list_catalogue(request: SignedInRequest, cursor: Cursor | None = None, limit: Limit = 100) -> Catalogue:
    """Returns what is sold on the members' pages, in their order, a variant a line, with prices as of this moment.

    A page may have fewer items than `limit`, or none, and still a `next`.
    """
    wallet, sale_point = wallet_of(request.user), members_sale_point()
    if sale_point is None:
        return Catalogue(sale_point=None, items=[], next=None)
    variants, after = _page(queries.listed(sale_point), cursor=cursor, limit=limit)
    tiles = queries.Tiles(variants, sale_point, wallet).by_variant()
    return Catalogue(sale_point=sale_point.name, items=[CatalogueItem.of(tile) for tile in tiles], next=after)


@router.post("", auth=BUY, response={201: Purchase}, operation_id="create_purchase", summary="Buy in the shop")
@raises(
    *CHANGE,
    *TIMESTAMPED,
    *AMOUNT,
    ConversionDown,
    RatesTooOld,
    OwnGoods,
    NotSold,
    SoldOut,
    TooManyOfOne,
    SoldByStaffOnly,
    PriceChanged,
    DebtLimitReached,
)
def create_purchase(request: SignedInRequest, body: NewPurchase = Body(...)) -> HttpResponse:  # noqa: B008 - ninja's way
    """Buys all of it, or nothing, if it costs `price_shown` or less. The answer has an order for each seller.

    Your wallet may go into debt, as far as the treasury lets you. The token takes the place of the PIN, as it does for
    transfers.
    """

    def act(key: UUID, keep: Keep) -> None:
        wallet, sale_point = wallet_of(request.user), members_sale_point()
        if sale_point is None:
            raise NotSold

        def answer(bought: Bought) -> None:
            keep_body(keep, 201, _purchase(bought, sale_point))

        service.buy_together(
            buyer=request.user,
            wanted=_wanted(body.lines),
            sale_point=sale_point,
            shown=_shown(body, wallet),
            key=key,
            pin=None,
            with_it=WithIt(answer),
        )

    return once(request, operation="create_purchase", asked=body.as_asked(), act=act)


def _page(variants: Sequence[Variant], *, cursor: str | None, limit: int) -> tuple[Sequence[Variant], str | None]:
    """The next variants, and the cursor after them. The list is whole: a shop has hundreds of variants at most."""
    begins = 0
    if cursor is not None:
        references = [str(variant.reference) for variant in variants]
        if cursor not in references:
            raise unknown_cursor()
        begins = references.index(cursor) + 1
    rows = variants[begins : begins + limit]
    return rows, str(rows[-1].reference) if len(variants) > begins + limit else None


def _shown(body: NewPurchase, wallet: Wallet) -> Money:
    """Raises one of AMOUNT."""
    try:
        return money_of(body.price_shown, wallet.currency, body.currency)
    except AMOUNT as refusal:
        if refusal.field == "amount":
            refusal.field = "price_shown"  # the name in this operation's body
        raise


def _wanted(lines: Sequence[WantedLine]) -> list[Wanted]:
    """Raises NotSold for an unknown variant, as for one that is not sold here."""
    found = variants_with(line.variant for line in lines)
    if len(found) < len(lines):
        raise NotSold
    return [Wanted(found[line.variant], line.quantity) for line in lines]


def _purchase(bought: Bought, sale_point: SalePoint) -> Purchase:
    """The answer, inside the money transaction. Only a purchase that a page made before is read there."""
    if bought.repeated:
        found = list(with_details(Order.objects.filter(pk__in=bought.orders).order_by("seller_wallet")))
        paid = sum((order.money.paid for order in found[1:]), found[0].money.paid)
        return Purchase(orders=[ShopOrder.of(order) for order in found], paid=Sum.of(paid))
    orders = [ShopOrder.booked(each, status=Order.Status.PAID, sale_point=sale_point) for each in bought.booked]
    return Purchase(orders=orders, paid=Sum.of(total_of([each.part for each in bought.booked])))
