"""Mass payments. The worker pays them; the result of each row is read here."""

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
from api.paging import CURSOR_UNKNOWN, Limit, page
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
    cursor: Annotated[UUID | None, Query(description="`next` of the page before.")] = None,
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
    """Nothing moves: every row is validated, and can be read. The same rows and title again lead back to the first."""

    def act(key: UUID, keep: Keep) -> None:
        rows = [RawRow(number, row.payee, row.amount, row.note) for number, row in enumerate(body.rows, start=1)]
        answer = _answer(keep, 201)
        service.prepare(maker=request.user, title=body.title, rows=rows, key=key, with_it=answer)

    return once(request, operation="create_mass_payment", asked=body.as_asked(), act=act)


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
def list_mass_payment_rows(
    request: SignedInRequest,
    id: UUID,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="`next` of the page before.")] = 0,
) -> MassPaymentRows:
    found = queries.mass_payment_for(request.user, id)
    return MassPaymentRows.of(queries.rows_page(found, show="all", after=after), found)


@router.post(
    "/{uuid:id}/confirm",
    auth=MASS_PAYMENTS,
    response={200: MassPayment},
    operation_id="confirm_mass_payment",
    summary="Confirm a mass payment",
)
@raises(*CHANGE, RoleMissing, RowsHaveProblems, MassPaymentIsClosed)
def confirm_mass_payment(request: SignedInRequest, id: UUID) -> HttpResponse:
    """From here on it is paid, row by row; one with a problem in any row is not."""
    found = _own(request, id)

    def act(key: UUID, keep: Keep) -> None:
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

    return once(request, operation="cancel_mass_payment", asked={"id": str(id)}, act=act)


def _answer(keep: Keep, status: int) -> WithIt[models.MassPayment]:
    return WithIt(lambda decided: keep_body(keep, status, MassPayment.of(decided)))


def _require_treasurer(request: SignedInRequest) -> None:
    """Nothing moves here, so that it is enough to ask before. Raises RoleMissing."""
    if request.user.role not in TREASURY:
        raise RoleMissing


def _own(request: SignedInRequest, id: UUID) -> models.MassPayment:
    """Raises NotFound for what others made, also for those who may look at it."""
    found = queries.mass_payment_for(request.user, id)
    if found.maker_id != request.user.pk:
        raise NotFound
    return found
