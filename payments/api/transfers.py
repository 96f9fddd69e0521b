"""Moving money, and undoing or refunding it."""

from __future__ import annotations

from uuid import UUID

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from ninja import Body, Router

from payments import models, queries
from payments.db import also
from payments.ledger import Posting
from payments.services import quotes, refunds, reversals, transfers

from .access import READ, TRANSFERS
from .answers import Transfer, TransferNow
from .bodies import NewRefund, NewTransfer, QuotedTransfer, Sending
from .fields import money_of
from .once import Keep, once
from .told import keep_transfer

router = Router(tags=["Transfers"], by_alias=True)


@router.post("", auth=TRANSFERS, response={201: Transfer}, operation_id="create_transfer", summary="Send money")
def create_transfer(request: HttpRequest, body: Sending = Body(...)) -> HttpResponse:  # noqa: B008 - ninja's way
    """Either a `quote` as it stands, or an amount to somebody at today's rate."""

    def act(key: UUID, keep: Keep) -> None:
        send(request, _quote_for(request, body, key), keep)

    return once(request, operation="create_transfer", asked=body.as_asked(), act=act)


@router.get("/{uuid:id}", auth=READ, response=TransferNow, operation_id="read_transfer", summary="A transfer")
def read_transfer(request: HttpRequest, id: UUID) -> TransferNow:
    return TransferNow.now(queries.transfer_for(request.user, id))


@router.post(
    "/{uuid:id}/reversal", auth=TRANSFERS, response={201: Transfer}, operation_id="reverse_transfer", summary="Undo it"
)
def reverse_transfer(request: HttpRequest, id: UUID) -> HttpResponse:
    """Within an hour, by who made it, as long as the other side still has the money."""
    undone = queries.transfer_for(request.user, id)

    def act(key: UUID, keep: Keep) -> None:
        def decided(posting: Posting) -> None:
            known = {"source": undone.target, "target": undone.source, "reverses": undone}
            keep_transfer(keep, request, key=key, declined=reversals.why_declined(posting), **known)

        with also(decided):
            reversals.undo(maker=request.user, transfer=undone, key=key)

    return once(request, operation="reverse_transfer", asked={"id": str(id)}, act=act)


@router.post(
    "/{uuid:id}/refunds", auth=TRANSFERS, response={201: Transfer}, operation_id="refund_transfer", summary="Refund it"
)
def refund_transfer(request: HttpRequest, id: UUID, body: NewRefund) -> HttpResponse:
    """All or a part of what one received, never more in total."""
    paid = queries.transfer_for(request.user, id)
    amount = money_of(body.amount, paid.target.currency, body.currency)

    def act(key: UUID, keep: Keep) -> None:
        def decided(posting: Posting) -> None:
            known = {"source": paid.target, "target": paid.source, "refunds": paid}
            keep_transfer(keep, request, key=key, declined=refunds.why_declined(posting, paid), **known)

        with also(decided):
            refunds.refund(payee=request.user, transfer=paid, amount=amount, key=key, pin=None)

    return once(request, operation="refund_transfer", asked={"id": str(id)} | body.as_asked(), act=act)


def send(request: HttpRequest, quote: models.Quote, keep: Keep) -> None:
    """Books the quote and keeps what became of it."""
    prefetch_related_objects([quote], "source__owner", "target__owner")  # before others wait in line for us

    def decided(posting: Posting) -> None:
        known = {"source": quote.source, "target": quote.target}
        keep_transfer(keep, request, key=quote.key, declined=transfers.why_declined(posting), **known)

    with also(decided):
        transfers.confirm(sender=request.user, quote=quote, pin=None)


def _quote_for(request: HttpRequest, body: QuotedTransfer | NewTransfer, key: UUID) -> models.Quote:
    """For an amount, a quote under the transfer's own key; whether there is enough only the ledger says."""
    if isinstance(body, QuotedTransfer):
        return queries.quote_for(request.user, body.quote)
    return quotes.quote_transfer(
        maker=request.user,
        recipient=queries.wallet_by_handle(body.to),
        amount=money_of(body.amount, queries.wallet_of(request.user).currency, body.currency),
        note=body.note,
        key=key,
        at_once=True,
    )
