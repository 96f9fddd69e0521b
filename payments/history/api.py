"""JSON operations on the token owner's wallet: the wallet, its balance at a moment, its entries."""

from __future__ import annotations

from typing import Annotated

from django.utils import timezone
from ninja import Query, Router

from accounts.people.requests import SignedInRequest
from api.codes import raises
from api.fields import AskedMoment
from api.paging import CURSOR_UNKNOWN, Cursor, Limit, unknown_cursor
from ledger.wallets import balance_at
from payments.errors import NoSuchUser
from payments.owners import wallet_of
from payments.scopes import READ

from . import queries
from .schemas import BalanceAt, Entries, Entry, Wallet
from .search import Filters, Search

router = Router(tags=["Wallet"], by_alias=True)
ROUTERS = [("wallet", router)]


@router.get("", auth=READ, response=Wallet, operation_id="get_wallet", summary="Get the wallet")
def get_wallet(request: SignedInRequest) -> Wallet:
    """Returns your wallet with its balance, and what of the balance is held, pending or available."""
    return Wallet.of(wallet_of(request.user))


@router.get(
    "/balance", auth=READ, response=BalanceAt, operation_id="get_balance", summary="Get the balance at a moment"
)
def get_balance(
    request: SignedInRequest,
    at: Annotated[
        AskedMoment | None, Query(description="An RFC 3339 moment with its UTC offset. Default: now.")
    ] = None,
) -> BalanceAt:
    """Returns the balance of your wallet at a moment. The database's clock decides what was booked before it."""
    wallet, moment = wallet_of(request.user), at or timezone.now()
    return BalanceAt.of(moment, balance_at(wallet, moment))


@router.get("/entries", auth=READ, response=Entries, operation_id="list_entries", summary="List entries")
@raises(CURSOR_UNKNOWN, NoSuchUser)
def list_entries(
    request: SignedInRequest,
    filters: Annotated[Filters, Query()],
    cursor: Cursor | None = None,
    limit: Limit = 20,
) -> Entries:
    """Returns the entries of your wallet, the newest first.

    With a filter, a page may have fewer entries than `limit`, or none, and still a `next`.
    """
    search = Search(request.user, wallet_of(request.user), filters)
    try:
        lines, after = search.page(cursor=cursor, limit=limit)
    except queries.BadCursor as error:
        raise unknown_cursor() from error
    return Entries(entries=[Entry.of(line) for line in lines], next=after)
