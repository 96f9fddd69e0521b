"""JSON operations of a bank's program: book a deposit, find one by the bank's reference, give one back."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from accounts.people.errors import RoleMissing
from accounts.people.requests import SignedInRequest
from api.codes import raises
from api.fields import AMOUNT, money_of
from api.kept import keep_body, keep_refusal
from api.once import Keep, once
from api.paging import CURSOR_UNKNOWN, Cursor, Limit, page
from conversion.money import currency
from ledger.transactions import WithIt
from payments.json_errors import CHANGE, TIMESTAMPED
from treasury.banks.errors import BankLacksCurrency, BankNotConfirmed, OverBankCap
from treasury.scopes import DEPOSITS

from . import queries, service
from .errors import DepositSpent, PayeeUnknown, ReferenceReused
from .payees import wallet_for
from .schemas import REFERENCE, Deposit, Deposits, NewDeposit, NewReturn

router = Router(tags=["Deposits"], by_alias=True)
ROUTERS = [("deposits", router)]


@router.get("", auth=DEPOSITS, response=Deposits, operation_id="list_deposits", summary="List deposits")
@raises(CURSOR_UNKNOWN, RoleMissing)
def list_deposits(
    request: SignedInRequest,
    reference: Annotated[
        str, Query(max_length=64, pattern=f"^$|{REFERENCE}", description="Only the deposit with this reference.")
    ] = "",
    cursor: Cursor | None = None,
    limit: Limit = 20,
) -> Deposits:
    """Returns your bank's deposits, the newest first. A program that lost an answer asks by its reference."""
    found = queries.deposits_of(queries.own_bank(request.user), reference=reference)
    rows, after = page(found, cursor=cursor, limit=limit)
    return Deposits(deposits=[Deposit.read(row) for row in rows], next=after)


@router.post("", auth=DEPOSITS, response={201: Deposit}, operation_id="create_deposit", summary="Create a deposit")
@raises(
    *CHANGE,
    *TIMESTAMPED,
    *AMOUNT,
    RoleMissing,
    PayeeUnknown,
    BankLacksCurrency,
    BankNotConfirmed,
    OverBankCap,
    ReferenceReused,
)
def create_deposit(request: SignedInRequest, body: NewDeposit) -> HttpResponse:
    """Credits a member with money that came to the bank. Only a bank may.

    The same `reference` again books nothing and returns the first deposit, whatever the Idempotency-Key is. A payee
    whose account is frozen or closed is refused: send the money back.
    """

    def act(key: UUID, keep: Keep) -> None:
        bank = queries.own_bank(request.user)

        def answer(booked: service.Booked) -> None:
            found = booked.deposit
            returned = found.returned_by.reference if found.returned_by else None
            keep_body(keep, 201, Deposit.of(found, transfer=booked.transfer, returned=returned))

        service.deposit(
            bank=bank,
            wallet=wallet_for(body.to),
            amount=money_of(body.amount, currency(body.currency)),
            reference=body.reference,
            details=body.details,
            value_date=body.value_date,
            with_it=WithIt(answer),
        )

    return once(request, operation="create_deposit", asked=body.as_asked(), act=act)


@router.post(
    "/{uuid:id}/return",
    auth=DEPOSITS,
    response={200: Deposit},
    operation_id="return_deposit",
    summary="Return a deposit",
)
@raises(*CHANGE, *TIMESTAMPED, RoleMissing, DepositSpent)
def return_deposit(request: SignedInRequest, id: UUID, body: NewReturn) -> HttpResponse:
    """Gives back a deposit that the bank recalled. It works once; a second call returns the first return.

    If the member no longer has the money, nothing moves and staff see the recall. Try later with a new key.
    """
    found = queries.deposit_of(request.user, id)

    def act(key: UUID, keep: Keep) -> None:
        def answer(recall: service.Recall) -> None:
            if declined := service.why_declined(recall):
                keep_refusal(keep, declined)
                return
            body = Deposit.of(recall.deposit, transfer=found.transfer.reference, returned=recall.transfer)
            keep_body(keep, 200, body)

        service.return_deposit(deposit=found, reason=body.reason, key=key, with_it=WithIt(answer))

    return once(request, operation="return_deposit", asked={"id": str(id)} | body.as_asked(), act=act)
