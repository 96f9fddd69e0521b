"""JSON operations on payment requests: list, create, get, pay, decline, cancel."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from accounts.models import User
from accounts.people.requests import SignedInRequest
from api.codes import raises
from api.fields import AMOUNT, known_in, money_of
from api.kept import keep_body
from api.labels import label_of, labels_of, store
from api.models import Label
from api.once import Keep, once
from api.paging import CURSOR_UNKNOWN, Cursor, Limit, page
from conversion.errors import AmountTooLarge, NotFound
from ledger.errors import ConversionDown, InsufficientFunds, RatesTooOld
from ledger.models import Wallet
from ledger.transactions import WithIt
from payments.errors import NoSuchUser
from payments.json_errors import CHANGE, TIMESTAMPED
from payments.owners import wallet_by_handle, wallet_of
from payments.scopes import PAY_REQUESTS, READ, REQUESTS
from payments.transfers.api import send
from payments.transfers.errors import QuoteExpired
from payments.transfers.schemas import Transfer

from . import queries, service
from .errors import RequestFromOneself, RequestIsClosed
from .models import PaymentRequest
from .schemas import NewRequest, Request, Requests, RequestStatus
from .tries import count_request

Status = Annotated[RequestStatus, known_in(lambda: PaymentRequest.Status.values)]

router = Router(tags=["Requests"], by_alias=True)
ROUTERS = [("requests", router)]


@router.get("", auth=READ, response=Requests, operation_id="list_requests", summary="List payment requests")
@raises(CURSOR_UNKNOWN)
def list_requests(
    request: SignedInRequest,
    direction: Annotated[
        Literal["incoming", "outgoing"], Query(description="`incoming`: requests to you. `outgoing`: requests by you.")
    ] = "incoming",
    status: Annotated[Status | None, Query(description="Only those with this status.")] = None,
    cursor: Cursor | None = None,
    limit: Limit = 20,
) -> Requests:
    """Returns payment requests to you or by you, the newest first."""
    found = queries.requests_to(request.user) if direction == "incoming" else queries.requests_by(request.user)
    found = found.filter(status=status) if status else found
    rows, after = page(found, cursor=cursor, limit=limit)
    labels = labels_of(request.user.pk, [row.reference for row in rows])
    return Requests(requests=[Request.of(row, label=labels.get(row.reference)) for row in rows], next=after)


@router.post(
    "", auth=REQUESTS, response={201: Request}, operation_id="create_request", summary="Create a payment request"
)
@raises(*CHANGE, *TIMESTAMPED, *AMOUNT, NoSuchUser, RequestFromOneself)
def create_request(request: SignedInRequest, body: NewRequest) -> HttpResponse:
    """Asks another member for an amount in the currency of your wallet. If it is paid, you receive exactly this."""

    def act(key: UUID, keep: Keep) -> None:
        wallet = wallet_of(request.user)
        amount = money_of(body.amount, wallet.currency, body.currency)
        payer = _member(body.payer, asker=wallet)
        count_request(requester=request.user, payer=payer, key=key)

        def answer(made: PaymentRequest) -> None:
            label = body.label()
            store(label, maker=request.user.pk, object=made.reference)
            _keep(keep, 201, made, requester=request.user, payer=payer, label=label)

        service.ask_for_money(
            requester=request.user, payer=payer, amount=amount, note=body.note, key=key, with_it=WithIt(answer)
        )

    return once(request, operation="create_request", asked=body.as_asked(), act=act, moves_money=False)


@router.get("/{uuid:id}", auth=READ, response=Request, operation_id="get_request", summary="Get a payment request")
def get_request(request: SignedInRequest, id: UUID) -> Request:
    """Returns a payment request that you made or received."""
    return Request.of(queries.request_for(request.user, id), label=label_of(request.user.pk, id))


@router.post(
    "/{uuid:id}/pay",
    auth=PAY_REQUESTS,
    response={201: Transfer},
    operation_id="pay_request",
    summary="Pay a payment request",
)
@raises(
    *CHANGE, *TIMESTAMPED, ConversionDown, RatesTooOld, AmountTooLarge, InsufficientFunds, QuoteExpired, RequestIsClosed
)
def pay_request(request: SignedInRequest, id: UUID) -> HttpResponse:
    """Pays a request to you. The requester receives exactly the amount; from another currency it costs today's rate."""
    asked_for = _received(request, id)

    def act(key: UUID, keep: Keep) -> None:
        quote = service.quote_request(payer=request.user, payment_request=asked_for, key=key, at_once=True)
        send(request, quote, keep)

    return once(request, operation="pay_request", asked={"id": str(id)}, act=act)


@router.post(
    "/{uuid:id}/decline",
    auth=REQUESTS,
    response={200: Request},
    operation_id="decline_request",
    summary="Decline a payment request",
)
@raises(*CHANGE, RequestIsClosed)
def decline_request(request: SignedInRequest, id: UUID) -> HttpResponse:
    """Declines a request to you. No money moves."""
    asked_for = _received(request, id)
    return _close(
        request,
        asked_for,
        operation="decline_request",
        close=partial(service.decline_request, payer=request.user, payment_request=asked_for),
    )


@router.post(
    "/{uuid:id}/cancel",
    auth=REQUESTS,
    response={200: Request},
    operation_id="cancel_request",
    summary="Cancel a payment request",
)
@raises(*CHANGE, RequestIsClosed)
def cancel_request(request: SignedInRequest, id: UUID) -> HttpResponse:
    """Cancels a request that you made. No money moves."""
    asked_for = queries.request_for(request.user, id)
    if asked_for.requester_id != request.user.pk:
        raise NotFound
    return _close(
        request,
        asked_for,
        operation="cancel_request",
        close=partial(service.cancel_request, requester=request.user, payment_request=asked_for),
    )


def _member(handle: str, *, asker: Wallet) -> User:
    try:
        owner = wallet_by_handle(handle, asker=asker).owner
    except NoSuchUser as refusal:
        refusal.field = "payer"  # the name in this operation's body, not that of the page's form
        raise
    assert owner is not None
    return owner


def _received(request: SignedInRequest, reference: UUID) -> PaymentRequest:
    """Returns the request if it is one to this person. Raises NotFound."""
    found = queries.request_for(request.user, reference)
    if found.payer_id != request.user.pk:
        raise NotFound
    return found


def _close(
    request: SignedInRequest, asked_for: PaymentRequest, *, operation: str, close: Callable[..., PaymentRequest]
) -> HttpResponse:
    """Answers an operation that ends a request. `close` is the service with all its arguments except `with_it`."""

    def act(key: UUID, keep: Keep) -> None:
        label = label_of(request.user.pk, asked_for.reference)

        def answer(closed: PaymentRequest) -> None:
            _keep(keep, 200, closed, requester=asked_for.requester, payer=asked_for.payer, label=label)

        close(with_it=WithIt(answer))

    return once(request, operation=operation, asked={"id": str(asked_for.reference)}, act=act, moves_money=False)


def _keep(keep: Keep, status: int, found: PaymentRequest, *, requester: User, payer: User, label: Label | None) -> None:
    """Stores the request as the answer to the key.

    The people were read before the transaction and are not read again: inside it, every read may cause a conflict.
    """
    found.requester, found.payer = requester, payer
    keep_body(keep, status, Request.of(found, label=label))
