"""One's own wallet."""

from __future__ import annotations

from typing import Annotated

from django.utils import timezone
from ninja import Query, Router

from accounts.people.requests import SignedInRequest
from api.codes import raises
from api.fields import AskedMoment
from api.paging import CURSOR_UNKNOWN, Limit, unknown_cursor
from ledger.wallets import balance_at
from payments.owners import wallet_of
from payments.scopes import READ

from . import queries
from .schemas import BalanceAt, Entries, Entry, Wallet

router = Router(tags=["Wallet"], by_alias=True)
ROUTERS = [("wallet", router)]


@router.get("", auth=READ, response=Wallet, operation_id="get_wallet", summary="Get the wallet")
def get_wallet(request: SignedInRequest) -> Wallet:
    return Wallet.of(wallet_of(request.user))


@router.get(
    "/balance", auth=READ, response=BalanceAt, operation_id="get_balance", summary="Get the balance at a moment"
)
def get_balance(
    request: SignedInRequest,
    at: Annotated[
        AskedMoment | None, Query(description="A moment with its offset, as in RFC 3339. Now, if left out.")
    ] = None,
) -> BalanceAt:
    wallet, moment = wallet_of(request.user), at or timezone.now()
    return BalanceAt.of(moment, balance_at(wallet, moment))


@router.get("/entries", auth=READ, response=Entries, operation_id="list_entries", summary="List entries")
@raises(CURSOR_UNKNOWN)
def list_entries(
    request: SignedInRequest,
    cursor: Annotated[str | None, Query(max_length=40, description="`next` of the page before.")] = None,
    limit: Limit = 20,
) -> Entries:
    wallet = wallet_of(request.user)
    try:
        rows = queries.activity(wallet, before=cursor, limit=limit + 1)
    except queries.BadCursor as error:
        raise unknown_cursor() from error
    more = len(rows) > limit
    return Entries(
        entries=[Entry.of(line) for line in rows[:limit]],
        next=rows[limit - 1].cursor if more else None,
    )
