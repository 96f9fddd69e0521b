"""JSON operations on quotes: what a transfer will do, before it is sent."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from ninja import Router

from accounts.people.requests import SignedInRequest
from api.codes import raises
from api.fields import money_of
from api.kept import keep_body
from api.once import Keep, once
from ledger.errors import InsufficientFunds
from payments.json_errors import CHANGE, TO_SOMEBODY
from payments.owners import wallet_by_handle, wallet_of
from payments.scopes import READ, TRANSFERS

from . import queries
from .quotes import quote_transfer
from .schemas import NewQuote, Quote

router = Router(tags=["Quotes"], by_alias=True)


@router.post("", auth=TRANSFERS, response={201: Quote}, operation_id="create_quote", summary="Create a quote")
@raises(*CHANGE, *TO_SOMEBODY, InsufficientFunds)
def create_quote(request: SignedInRequest, body: NewQuote) -> HttpResponse:
    """Fixes the paid amount, the received amount and the rate until `expires_at`. No money moves yet."""

    def act(key: UUID, keep: Keep) -> None:
        wallet = wallet_of(request.user)
        quote = quote_transfer(
            maker=request.user,
            payee=wallet_by_handle(body.payee, asker=wallet),
            amount=money_of(body.amount, wallet.currency, body.currency),
            note=body.note,
            key=key,
        )
        keep_body(keep, 201, Quote.of(quote))  # not in one transaction: a quote moves no money and never changes

    return once(request, operation="create_quote", asked=body.as_asked(), act=act, moves_money=False)


@router.get("/{uuid:id}", auth=READ, response=Quote, operation_id="get_quote", summary="Get a quote")
def get_quote(request: SignedInRequest, id: UUID) -> Quote:
    """Returns a quote that you created."""
    return Quote.of(queries.quote_for(request.user, id))
