"""The JSON operation by which a merchant's program refunds lines of an order."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from ninja import Router

from accounts.people.requests import SignedInRequest
from api.codes import raises
from api.fields import Sum
from api.kept import keep_body
from api.once import Keep, once
from conversion.money import Money
from ledger.errors import ConversionDown, RatesTooOld, TooSmallToConvert
from ledger.posting import Posting
from ledger.transactions import WithIt
from payments.json_errors import CHANGE, TIMESTAMPED
from shop.orders.errors import SellerLacksFunds
from shop.scopes import SELL
from shop.selling.queries import sale_of

from . import service
from .errors import CannotRefundOrder, MoreThanSold, NothingToRefund
from .schemas import NewSaleRefund, SaleRefund
from .service import Wish

router = Router(tags=["Selling"], by_alias=True)
ROUTERS = [("sales/orders", router)]


@router.post(
    "/{uuid:id}/refunds",
    auth=SELL,
    response={201: SaleRefund},
    operation_id="refund_sale",
    summary="Refund lines of an order",
)
@raises(
    *CHANGE,
    *TIMESTAMPED,
    ConversionDown,
    RatesTooOld,
    TooSmallToConvert,
    NothingToRefund,
    MoreThanSold,
    CannotRefundOrder,
    SellerLacksFunds,
)
def refund_sale(request: SignedInRequest, id: UUID, body: NewSaleRefund) -> HttpResponse:
    """Gives the buyer the price of some lines back, at once. It cannot be undone.

    Between currencies, the buyer gets it back at the rate of the purchase or at today's, whichever gives less.
    """
    found = sale_of(request.user, id)
    quantities = {line.number: line.quantity for line in body.lines}

    def act(key: UUID, keep: Keep) -> None:
        def answer(posting: Posting) -> None:
            refund = SaleRefund(order=id, transfer=posting.reference, amount=Sum.of(amount), lines=body.lines)
            keep_body(keep, 201, refund)

        amount = Money(service.worth(found.lines.all(), quantities), found.seller_wallet.currency)
        wish = Wish(found, quantities, body.restock, body.reason)
        service.refund(wish, by=request.user, key=key, pin=None, with_it=WithIt(answer))

    return once(request, operation="refund_sale", asked={"id": str(id)} | body.as_asked(), act=act)
