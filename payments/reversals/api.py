"""JSON operations to reverse (undo) a transfer and to refund a payment."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from ninja import Router

from accounts.people.errors import OwnAccount, RoleMissing
from accounts.people.requests import SignedInRequest
from api.codes import raises
from api.fields import AMOUNT, money_of
from api.once import Keep, once
from ledger.errors import ConversionDown, InsufficientFunds, RatesTooOld, TooSmallToConvert
from ledger.posting import Posting
from ledger.transactions import WithIt
from payments.json_errors import CHANGE, TIMESTAMPED
from payments.scopes import TRANSFERS
from payments.transfers.kept import keep_transfer
from payments.transfers.queries import transfer_for
from payments.transfers.schemas import Transfer

from . import refunds, service
from .errors import AlreadyUndone, CannotRefund, CannotUndo, MoreThanPaid, PayeeLacksFunds, RateMoved
from .schemas import NewRefund

router = Router(tags=["Transfers"], by_alias=True)
ROUTERS = [("transfers", router)]


@router.post(
    "/{uuid:id}/reversal",
    auth=TRANSFERS,
    response={201: Transfer},
    operation_id="reverse_transfer",
    summary="Reverse a transfer",
)
@raises(
    *CHANGE,
    *TIMESTAMPED,
    ConversionDown,
    RatesTooOld,
    RoleMissing,
    OwnAccount,
    CannotUndo,
    RateMoved,
    AlreadyUndone,
    PayeeLacksFunds,
)
def reverse_transfer(request: SignedInRequest, id: UUID) -> HttpResponse:
    """Gives the whole amount of your transfer back, within 60 minutes, if the payee still has the money.

    A transfer between currencies is reversed at its own rate, and only while the rate has not moved in your favour.

    The answer is the new transfer; `reverses` names the one that it undoes.
    """
    undone = transfer_for(request.user, id)

    def act(key: UUID, keep: Keep) -> None:
        def answer(posting: Posting) -> None:
            known = {"source": undone.target, "target": undone.source, "reverses": undone}
            keep_transfer(keep, request, key=key, declined=service.why_declined(posting), known=known)

        service.decide_undo(maker=request.user, transfer=undone, key=key, with_it=WithIt(answer))

    return once(request, operation="reverse_transfer", asked={"id": str(id)}, act=act)


@router.post(
    "/{uuid:id}/refunds",
    auth=TRANSFERS,
    response={201: Transfer},
    operation_id="refund_transfer",
    summary="Refund a transfer",
)
@raises(
    *CHANGE,
    *TIMESTAMPED,
    *AMOUNT,
    ConversionDown,
    RatesTooOld,
    TooSmallToConvert,
    CannotRefund,
    MoreThanPaid,
    InsufficientFunds,
)
def refund_transfer(request: SignedInRequest, id: UUID, body: NewRefund) -> HttpResponse:
    """Gives back all or a part of a payment that you received. All its refunds together never exceed what you received.
    Between currencies, the payer gets it back at the rate of the payment or at today's, whichever gives less.

    The answer is the new transfer; `refunds` names the payment.
    """
    paid = transfer_for(request.user, id)
    amount = money_of(body.amount, paid.target.currency, body.currency)

    def act(key: UUID, keep: Keep) -> None:
        def answer(posting: Posting) -> None:
            known = {"source": paid.target, "target": paid.source, "refunds": paid}
            keep_transfer(keep, request, key=key, declined=refunds.why_declined(posting, paid), known=known)

        refunds.decide_refund(
            payee=request.user, transfer=paid, amount=amount, key=key, pin=None, with_it=WithIt(answer)
        )

    return once(
        request, operation="refund_transfer", asked={"id": str(id)} | body.as_asked(currency=amount.code), act=act
    )
