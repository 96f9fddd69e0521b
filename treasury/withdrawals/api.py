"""JSON operations of withdrawals: a member's, and those of a bank's program about what it was ordered to pay."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from accounts.people.errors import RoleMissing
from accounts.people.requests import SignedInRequest
from api.codes import raises
from api.fields import AMOUNT, money_of
from api.kept import keep_body, keep_refusal, with_known
from api.once import Keep, once
from api.paging import CURSOR_UNKNOWN, Cursor, Limit, page
from ledger.errors import InsufficientFunds
from ledger.transactions import WithIt
from payments.json_errors import CHANGE, TIMESTAMPED
from payments.owners import wallet_of
from payments.scopes import READ
from treasury.deposits.queries import own_bank
from treasury.payout_accounts.errors import PayoutAccountTooNew, PayoutAccountUnknown
from treasury.payout_accounts.queries import account_to_use, accounts_of
from treasury.scopes import SETTLEMENTS, WITHDRAWALS

from . import endings, models, queries, service
from .errors import NoBankForWithdrawals, WithdrawalIsClosed
from .schemas import (
    NewReturnedOrder,
    NewSettlement,
    NewWithdrawal,
    Order,
    Orders,
    PayoutAccount,
    PayoutAccounts,
    Withdrawal,
    Withdrawals,
)

router = Router(tags=["Withdrawals"], by_alias=True)
accounts_router = Router(tags=["Withdrawals"], by_alias=True)
bank_router = Router(tags=["Withdrawals"], by_alias=True)
ROUTERS = [("payout-accounts", accounts_router), ("withdrawals", router), ("bank/withdrawals", bank_router)]


@accounts_router.get(
    "",
    auth=READ,
    response=PayoutAccounts,
    operation_id="list_payout_accounts",
    summary="List payout accounts",
)
def list_payout_accounts(request: SignedInRequest) -> PayoutAccounts:
    """Returns the bank accounts to which you can withdraw, at most ten. No program can add one."""
    return PayoutAccounts(payout_accounts=[PayoutAccount.of(row) for row in accounts_of(request.user)])


@router.get("", auth=READ, response=Withdrawals, operation_id="list_withdrawals", summary="List withdrawals")
@raises(CURSOR_UNKNOWN)
def list_withdrawals(
    request: SignedInRequest,
    cursor: Cursor | None = None,
    limit: Limit = 20,
) -> Withdrawals:
    """Returns your withdrawals, the newest first."""
    rows, after = page(queries.withdrawals_of(request.user), cursor=cursor, limit=limit)
    return Withdrawals(withdrawals=[Withdrawal.of(row) for row in rows], next=after)


@router.post(
    "", auth=WITHDRAWALS, response={201: Withdrawal}, operation_id="create_withdrawal", summary="Create a withdrawal"
)
@raises(
    *CHANGE,
    *TIMESTAMPED,
    *AMOUNT,
    InsufficientFunds,
    NoBankForWithdrawals,
    PayoutAccountUnknown,
    PayoutAccountTooNew,
)
def create_withdrawal(request: SignedInRequest, body: NewWithdrawal) -> HttpResponse:
    """Asks to withdraw to one of your bank accounts. The amount is on hold until a treasurer sends it to the bank."""

    def act(key: UUID, keep: Keep) -> None:
        wallet = wallet_of(request.user)
        account = account_to_use(request.user, body.payout_account)

        def answer(requested: service.Requested) -> None:
            if declined := service.why_declined(requested):
                keep_refusal(keep, declined)
                return
            assert requested.withdrawal is not None
            known = {"wallet": wallet, "payout_account": account}
            keep_body(keep, 201, Withdrawal.of(with_known(requested.withdrawal, known)))

        service.decide_withdrawal(
            member=request.user,
            account=account,
            amount=money_of(body.amount, wallet.currency, body.currency),
            key=key,
            pin=None,
            with_it=WithIt(answer),
        )

    return once(request, operation="create_withdrawal", asked=body.as_asked(), act=act)


@router.get("/{uuid:id}", auth=READ, response=Withdrawal, operation_id="get_withdrawal", summary="Get a withdrawal")
def get_withdrawal(request: SignedInRequest, id: UUID) -> Withdrawal:
    return Withdrawal.of(queries.withdrawal_of(request.user, id))


@router.post(
    "/{uuid:id}/cancel",
    auth=WITHDRAWALS,
    response={200: Withdrawal},
    operation_id="cancel_withdrawal",
    summary="Cancel a withdrawal",
)
@raises(*CHANGE, WithdrawalIsClosed)
def cancel_withdrawal(request: SignedInRequest, id: UUID) -> HttpResponse:
    """Takes back a withdrawal that is not at the bank yet. You can spend the amount again."""
    found = queries.withdrawal_of(request.user, id)

    def act(key: UUID, keep: Keep) -> None:
        def answer(cancelled: models.Withdrawal) -> None:
            known = {"wallet": found.wallet, "payout_account": found.payout_account}
            keep_body(keep, 200, Withdrawal.of(with_known(cancelled, known)))

        service.cancel_withdrawal(member=request.user, withdrawal=found, with_it=WithIt(answer))

    return once(request, operation="cancel_withdrawal", asked={"id": str(id)}, act=act)


@bank_router.get("", auth=SETTLEMENTS, response=Orders, operation_id="list_orders", summary="List a bank's orders")
@raises(CURSOR_UNKNOWN, RoleMissing)
def list_orders(
    request: SignedInRequest,
    status: Annotated[
        Literal["", "filed", "settled", "returned"], Query(description="Only orders with this status.")
    ] = "",
    cursor: Cursor | None = None,
    limit: Limit = 20,
) -> Orders:
    """Returns what your bank was ordered to pay, the newest first. `status=filed` is what you have not answered yet."""
    found = queries.orders_of(own_bank(request.user), status=status)
    rows, after = page(found, cursor=cursor, limit=limit)
    return Orders(orders=[Order.read(row) for row in rows], next=after)


@bank_router.post(
    "/{uuid:id}/settle", auth=SETTLEMENTS, response={200: Order}, operation_id="settle_order", summary="Settle an order"
)
@raises(*CHANGE, RoleMissing, WithdrawalIsClosed)
def settle_order(request: SignedInRequest, id: UUID, body: NewSettlement) -> HttpResponse:
    """Says that the bank has paid. A second call returns the first answer's order and changes nothing."""
    found = queries.order_of(request.user, id)

    def act(key: UUID, keep: Keep) -> None:
        endings.settle(withdrawal=found, reference=body.reference, with_it=_answer(keep, found))

    return once(request, operation="settle_order", asked={"id": str(id)} | body.as_asked(), act=act)


@bank_router.post(
    "/{uuid:id}/return", auth=SETTLEMENTS, response={200: Order}, operation_id="return_order", summary="Return an order"
)
@raises(*CHANGE, *TIMESTAMPED, RoleMissing, WithdrawalIsClosed)
def return_order(request: SignedInRequest, id: UUID, body: NewReturnedOrder) -> HttpResponse:
    """Says that the bank could not pay, or that the payment came back: the member has the money again.

    It works once, also after the order was settled. A second call returns the order and moves nothing.
    """
    found = queries.order_of(request.user, id)

    def act(key: UUID, keep: Keep) -> None:
        endings.return_withdrawal(
            withdrawal=found,
            reference=body.reference,
            reason=body.reason,
            with_it=_answer(keep, found),
        )

    return once(request, operation="return_order", asked={"id": str(id)} | body.as_asked(), act=act)


def _answer(keep: Keep, before: models.Withdrawal) -> WithIt[endings.Ended]:
    """Stores the order as it is then. What never changes of it was read before the transaction."""

    def answer(ended: endings.Ended) -> None:
        now = with_known(ended.withdrawal, {"wallet": before.wallet, "file": before.file})
        keep_body(keep, 200, Order.of(now, returned=ended.return_transfer))

    return WithIt(answer)
