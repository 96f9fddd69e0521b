"""JSON operations on holds: list, create, get, capture, release."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID

from django.db.models import Model
from django.http import HttpResponse
from ninja import Query, Router

from accounts.people.requests import SignedInRequest
from api.codes import raises
from api.fields import known_in, money_of
from api.kept import keep_body, keep_refusal, with_known
from api.labels import label_of, labels_of, store
from api.models import Label
from api.once import Keep, once
from api.paging import CURSOR_UNKNOWN, Cursor, Limit, page
from conversion.errors import NotFound, PaymentError
from ledger import models as ledger
from ledger.errors import InsufficientFunds
from ledger.holds import Placing
from ledger.posting import Posting
from ledger.transactions import WithIt
from payments.json_errors import CHANGE, CONVERTED, TIMESTAMPED, TO_SOMEBODY
from payments.owners import wallet_by_handle, wallet_of
from payments.scopes import HOLDS, READ
from payments.transfers.kept import keep_transfer
from payments.transfers.schemas import Transfer

from . import queries, service
from .errors import HoldHasEnded, MoreThanHeld, OnlyAsAWhole
from .schemas import Hold, Holds, HoldStatus, NewCapture, NewHold

Status = Annotated[HoldStatus, known_in(lambda: ledger.Hold.Status.values)]

router = Router(tags=["Holds"], by_alias=True)
ROUTERS = [("holds", router)]


@router.get("", auth=READ, response=Holds, operation_id="list_holds", summary="List holds")
@raises(CURSOR_UNKNOWN)
def list_holds(
    request: SignedInRequest,
    direction: Annotated[
        Literal["incoming", "outgoing"],
        Query(description="`outgoing`: holds in your wallet. `incoming`: holds that others placed for you."),
    ] = "outgoing",
    status: Annotated[Status | None, Query(description="Only those with this status.")] = None,
    cursor: Cursor | None = None,
    limit: Limit = 20,
) -> Holds:
    """Returns holds in your wallet or for you, the newest first."""
    found = queries.holds_for(request.user) if direction == "incoming" else queries.holds_of(request.user)
    found = found.filter(status=status) if status else found
    rows, after = page(queries.with_captures(found), cursor=cursor, limit=limit)
    labels = labels_of(request.user.pk, [row.reference for row in rows])
    return Holds(holds=[Hold.listed(row, label=labels.get(row.reference)) for row in rows], next=after)


@router.post("", auth=HOLDS, response={201: Hold}, operation_id="create_hold", summary="Create a hold")
@raises(*CHANGE, *TIMESTAMPED, *TO_SOMEBODY, InsufficientFunds)
def create_hold(request: SignedInRequest, body: NewHold) -> HttpResponse:
    """Sets an amount apart in your wallet for a payee. You cannot spend it until the hold ends.

    The money leaves your wallet when the payee captures the hold. If the hold is released or expires, you can spend it.
    """

    def act(key: UUID, keep: Keep) -> None:
        source = wallet_of(request.user)
        target = wallet_by_handle(body.payee, asker=source)

        def answer(placing: Placing) -> None:
            declined = service.why_not_placed(placing)
            keep_hold(keep, request, key=key, declined=declined, label=body.label(), source=source, target=target)

        service.decide_hold(
            payer=request.user,
            payee=target,
            amount=money_of(body.amount, source.currency, body.currency),
            note=body.note,
            purpose=body.purpose,
            key=key,
            pin=None,
            lives=dt.timedelta(seconds=body.lives_s) if body.lives_s else None,
            with_it=WithIt(answer),
        )

    return once(request, operation="create_hold", asked=body.as_asked(currency=request.user.currency), act=act)


@router.get("/{uuid:id}", auth=READ, response=Hold, operation_id="get_hold", summary="Get a hold")
def get_hold(request: SignedInRequest, id: UUID) -> Hold:
    """Returns a hold that you placed, or that was placed for you."""
    hold = queries.hold_for(request.user, id)
    return Hold.of(hold, capture=queries.capture_of(hold), label=label_of(request.user.pk, id))


@router.post(
    "/{uuid:id}/capture", auth=HOLDS, response={201: Transfer}, operation_id="capture_hold", summary="Capture a hold"
)
@raises(*CHANGE, *TIMESTAMPED, *CONVERTED, MoreThanHeld, OnlyAsAWhole, HoldHasEnded)
def capture_hold(request: SignedInRequest, id: UUID, body: NewCapture) -> HttpResponse:
    """Captures all or a part of a hold that was placed for you. This ends the hold, and the rest is released."""
    hold = queries.hold_for(request.user, id)
    if hold.target.owner_id != request.user.pk:
        raise NotFound
    amount = money_of(body.amount, hold.source.currency, body.currency)

    def act(key: UUID, keep: Keep) -> None:
        def answer(posting: Posting) -> None:
            known = {"source": hold.source, "target": hold.target, "hold": hold}
            keep_transfer(keep, request, key=key, declined=service.why_not_captured(posting, hold), known=known)

        service.decide_capture(payee=request.user, hold=hold, amount=amount, key=key, with_it=WithIt(answer))

    return once(request, operation="capture_hold", asked={"id": str(id)} | body.as_asked(currency=amount.code), act=act)


@router.post(
    "/{uuid:id}/release", auth=HOLDS, response={200: Hold}, operation_id="release_hold", summary="Release a hold"
)
@raises(*CHANGE, HoldHasEnded)
def release_hold(request: SignedInRequest, id: UUID) -> HttpResponse:
    """Ends the hold; no money moves. The payee may do this, and also the payer if the hold is `two_step`."""
    hold = queries.hold_for(request.user, id)
    if not service.can_release(by=request.user, hold=hold):
        raise NotFound

    def act(key: UUID, keep: Keep) -> None:
        label = label_of(request.user.pk, id)

        def answer(ending: str) -> None:
            if ending != service.Status.RELEASED:
                keep_refusal(keep, service.how_it_ended(hold))
                return
            hold.status = ending
            keep_body(keep, 200, Hold.of(hold, label=label))

        service.decide_release(by=request.user, hold=hold, with_it=WithIt(answer))

    return once(request, operation="release_hold", asked={"id": str(id)}, act=act, moves_money=False)


def keep_hold(
    keep: Keep,
    request: SignedInRequest,
    *,
    key: UUID,
    declined: PaymentError | None,
    label: Label | None,
    **known: Model,
) -> None:
    """Stores the answer to the key: the caller's hold under `key` with its label, or why it was declined."""
    if declined is not None:
        keep_refusal(keep, declined)
        return
    hold = ledger.Hold.objects.get(made_by=request.user.pk, key=key)
    store(label, maker=request.user.pk, object=hold.reference)
    keep_body(keep, 201, Hold.of(with_known(hold, known), label=label))
