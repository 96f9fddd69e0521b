"""JSON operations on mass payments: create, confirm, cancel, and read the result of each row. The worker pays them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from accounts.people.errors import RoleMissing
from accounts.people.requests import SignedInRequest
from accounts.people.roles import TREASURY
from api.codes import raises
from api.kept import keep_body
from api.once import Keep, once
from api.paging import CURSOR_UNKNOWN, Cursor, Limit, page, unknown_cursor
from conversion.errors import NotFound
from ledger.transactions import WithIt
from payments.json_errors import CHANGE
from payments.scopes import READ
from treasury.scopes import MASS_PAYMENTS

from . import models, queries, service
from .errors import MassPaymentIsClosed, RowsHaveProblems, TotalTooLarge
from .files import RawRow
from .schemas import MassPayment, MassPaymentRows, MassPayments, NewMassPayment

router = Router(tags=["Mass payments"], by_alias=True)
ROUTERS = [("mass-payments", router)]


@router.get("", auth=READ, response=MassPayments, operation_id="list_mass_payments", summary="List mass payments")
@raises(CURSOR_UNKNOWN)
def list_mass_payments(
    request: SignedInRequest,
    cursor: Cursor | None = None,
    limit: Limit = 20,
) -> MassPayments:
    rows, after = page(queries.mass_payments_of(request.user), cursor=cursor, limit=limit)
    tallies = queries.tallies_of(rows)
    return MassPayments(mass_payments=[MassPayment.of(row, tallies[row.pk]) for row in rows], next=after)


@router.post(
    "",
    auth=MASS_PAYMENTS,
    response={201: MassPayment},
    operation_id="create_mass_payment",
    summary="Create a mass payment",
)
@raises(*CHANGE, RoleMissing, TotalTooLarge)
def create_mass_payment(request: SignedInRequest, body: NewMassPayment) -> HttpResponse:
    """Validates every row and stores a draft; no money moves. The same rows and title return the first mass payment."""

    def act(key: UUID, keep: Keep) -> None:
        rows = [RawRow(number, row.payee, row.amount, row.note) for number, row in enumerate(body.rows, start=1)]
        answer = _answer(keep, 201)
        service.prepare(maker=request.user, title=body.title, rows=rows, key=key, with_it=answer)

    return once(request, operation="create_mass_payment", asked=body.as_asked(), act=act, moves_money=False)


@router.get(
    "/{uuid:id}", auth=READ, response=MassPayment, operation_id="get_mass_payment", summary="Get a mass payment"
)
def get_mass_payment(request: SignedInRequest, id: UUID) -> MassPayment:
    return MassPayment.of(queries.mass_payment_for(request.user, id))


@router.get(
    "/{uuid:id}/rows",
    auth=READ,
    response=MassPaymentRows,
    operation_id="list_mass_payment_rows",
    summary="List the rows of a mass payment",
)
@raises(CURSOR_UNKNOWN)
def list_mass_payment_rows(
    request: SignedInRequest,
    id: UUID,
    cursor: Cursor | None = None,
    limit: Limit = 50,
    after: Annotated[str | None, Query(max_length=80, deprecated=True, description="The old name of `cursor`.")] = None,
) -> MassPaymentRows:
    found = queries.mass_payment_for(request.user, id)
    line = _line_in(cursor or after or "0")
    return MassPaymentRows.of(queries.rows_page(found, show="all", after=line, limit=limit), found)


@router.post(
    "/{uuid:id}/confirm",
    auth=MASS_PAYMENTS,
    response={200: MassPayment},
    operation_id="confirm_mass_payment",
    summary="Confirm a mass payment",
)
@raises(*CHANGE, RoleMissing, RowsHaveProblems, MassPaymentIsClosed)
def confirm_mass_payment(request: SignedInRequest, id: UUID) -> HttpResponse:
    """Starts paying a draft row by row. A draft with a problem in any row is refused, and nothing is paid."""
    found = _own(request, id)

    def act(key: UUID, keep: Keep) -> None:
        # No PIN: the access token's scope takes its place.
        service.confirm(maker=request.user, mass_payment=found, pin=None, with_it=_answer(keep, 200))

    return once(request, operation="confirm_mass_payment", asked={"id": str(id)}, act=act)


@router.post(
    "/{uuid:id}/cancel",
    auth=MASS_PAYMENTS,
    response={200: MassPayment},
    operation_id="cancel_mass_payment",
    summary="Cancel a mass payment",
)
@raises(*CHANGE, RoleMissing, MassPaymentIsClosed)
def cancel_mass_payment(request: SignedInRequest, id: UUID) -> HttpResponse:
    found = _own(request, id)

    def act(key: UUID, keep: Keep) -> None:
        _require_treasurer(request)
        service.cancel(maker=request.user, mass_payment=found, with_it=_answer(keep, 200))

    return once(request, operation="cancel_mass_payment", asked={"id": str(id)}, act=act, moves_money=False)


def _answer(keep: Keep, status: int) -> WithIt[models.MassPayment]:
    """Stores the answer under its key in the same transaction as the mass payment."""
    return WithIt(lambda decided: keep_body(keep, status, MassPayment.of(decided)))


def _line_in(cursor: str) -> int:
    """The number of the line after which a page begins. Raises Problem for a cursor that no page had."""
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
        raise unknown_cursor()
    return int(cursor)


def _require_treasurer(request: SignedInRequest) -> None:
    """Raises RoleMissing. One check before the transaction is enough, since cancelling moves no money."""
    if request.user.role not in TREASURY:
        raise RoleMissing


def _own(request: SignedInRequest, id: UUID) -> models.MassPayment:
    """The caller's own mass payment. Raises NotFound for another person's, also where the caller may read it."""
    found = queries.mass_payment_for(request.user, id)
    if found.maker_id != request.user.pk:
        raise NotFound
    return found
