"""JSON operations to create and get transfers; also booking a quote for the operation that pays a request."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from ninja import Body, Query, Router

from accounts.people.requests import SignedInRequest
from api.codes import raises
from api.fields import money_of
from api.labels import label_of, labels_of
from api.models import Label
from api.once import Keep, once
from api.paging import CURSOR_UNKNOWN, Cursor, Limit, unknown_cursor
from ledger.errors import InsufficientFunds
from ledger.posting import Posting
from ledger.transactions import WithIt
from payments.errors import NoSuchUser
from payments.history.queries import BadCursor
from payments.history.search import Filters, Search
from payments.json_errors import CHANGE, TIMESTAMPED, TO_SOMEBODY
from payments.owners import wallet_by_handle, wallet_of
from payments.scopes import READ, TRANSFERS

from . import queries, quotes_api, service
from .errors import QuoteExpired
from .kept import keep_transfer
from .models import Quote
from .payable import refused_by_payables
from .quotes import quote_transfer
from .schemas import NewTransfer, QuotedTransfer, Sending, Transfer, TransferNow, Transfers

router = Router(tags=["Transfers"], by_alias=True)
ROUTERS = [("quotes", quotes_api.router), ("transfers", router)]


@router.post("", auth=TRANSFERS, response={201: Transfer}, operation_id="create_transfer", summary="Create a transfer")
@raises(*CHANGE, *TIMESTAMPED, *TO_SOMEBODY, InsufficientFunds, QuoteExpired, *refused_by_payables())
def create_transfer(request: SignedInRequest, body: Sending = Body(...)) -> HttpResponse:  # noqa: B008 - ninja's way
    """Sends money: either a `quote` exactly as it was quoted, or an amount to a payee at today's rate."""

    def act(key: UUID, keep: Keep) -> None:
        send(request, _quote_for(request, body, key), keep, label=body.label())

    return once(request, operation="create_transfer", asked=body.as_asked(), act=act)


@router.get("", auth=READ, response=Transfers, operation_id="list_transfers", summary="List transfers")
@raises(CURSOR_UNKNOWN, NoSuchUser)
def list_transfers(
    request: SignedInRequest,
    filters: Annotated[Filters, Query()],
    cursor: Cursor | None = None,
    limit: Limit = 20,
) -> Transfers:
    """Returns the transfers of your wallet, the newest first. After a lost answer, `key` finds the result.

    With a filter, a page may have fewer transfers than `limit`, or none, and still a `next`.
    """
    search = Search(request.user, wallet_of(request.user), filters)
    after = None
    if filters.key is not None:
        found = search.under_key()
    else:
        try:
            lines, after = search.page(cursor=cursor, limit=limit)
        except BadCursor as error:
            raise unknown_cursor() from error
        found = queries.transfers_in_order(request.user, [line.transfer_id for line in lines])
    labels = labels_of(request.user.pk, [transfer.reference for transfer in found])
    return Transfers(
        transfers=[Transfer.of(transfer, label=labels.get(transfer.reference)) for transfer in found], next=after
    )


@router.get("/{uuid:id}", auth=READ, response=TransferNow, operation_id="get_transfer", summary="Get a transfer")
def get_transfer(request: SignedInRequest, id: UUID) -> TransferNow:
    """Returns a transfer that you paid, received or made, and whether it was reversed or refunded later."""
    transfer = queries.transfer_for(request.user, id)
    return TransferNow.now(transfer, label_of(request.user.pk, id))


def send(request: SignedInRequest, quote: Quote, keep: Keep, *, label: Label | None = None) -> None:
    """Books the quote, and stores its label and the answer to the key in the same transaction.

    Raises what `service.decide_transfer` raises.
    """
    # Read before the transaction, which should be short because other transactions wait for its locks.
    prefetch_related_objects([quote], "source__owner", "target__owner")

    def answer(posting: Posting) -> None:
        known = {"source": quote.source, "target": quote.target}
        keep_transfer(keep, request, key=quote.key, declined=service.why_declined(posting), label=label, known=known)

    service.decide_transfer(payer=request.user, quote=quote, pin=None, with_it=WithIt(answer))


def _quote_for(request: SignedInRequest, body: QuotedTransfer | NewTransfer, key: UUID) -> Quote:
    """Returns the quote that the body names, or makes one for its amount under the transfer's own key.

    A quote made here is booked at once. So the ledger alone decides whether there is enough money.
    """
    if isinstance(body, QuotedTransfer):
        return queries.quote_for(request.user, body.quote)
    wallet = wallet_of(request.user)
    return quote_transfer(
        maker=request.user,
        payee=wallet_by_handle(body.payee, asker=wallet),
        amount=money_of(body.amount, wallet.currency, body.currency),
        note=body.note,
        key=key,
        at_once=True,
    )
