"""The pages of deposits: a bank's own page, staff's list, one deposit with its recall, and bank statements."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from accounts.people.access import role_required
from accounts.people.requests import SignedInRequest
from accounts.people.roles import BANKS, OVERSEERS, TREASURY
from ledger.wallets import balance_of
from treasury.banks.queries import banks, unconfirmed
from treasury.withdrawals.queries import orders_of
from web.body_limit import takes_files
from web.forms import PinForm
from web.refusals import a_page, refusals_on

from . import imports, queries, service
from .forms import RecallForm, StatementForm
from .models import Statement

A_PAGE = 20
REFRESH_S = 2
LONGEST_ID = 18  # digits, which fit into PostgreSQL's bigint


@role_required(*BANKS)
@require_safe
def own_bank(request: SignedInRequest) -> HttpResponse:
    """A bank's own page: what it deposited, and what it holds for us in each currency."""
    bank = queries.own_bank(request.user)
    clearings = banks().get(pk=bank.pk).clearings.all()
    reference = request.GET.get("reference", "").replace("\0", "").strip()[:64]
    context = {
        "bank": bank,
        "clearings": [(clearing, -balance_of(clearing.wallet)) for clearing in clearings],
        "page": queries.page_of(queries.deposits_of(bank, reference=reference), before=_before(request), size=A_PAGE),
        "reference": reference,
        "orders": orders_of(bank, status="filed").order_by("id")[:A_PAGE],
    }
    return render(request, "banks/own_bank.html", context)


@takes_files
@role_required(*OVERSEERS)
@a_page
def deposits(request: SignedInRequest) -> HttpResponse:
    """Staff's list, what was recalled and could not be given back, and a form for a bank's statement."""
    may_import = request.user.role in TREASURY
    if request.method == "POST" and not may_import:
        raise PermissionDenied
    form = StatementForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with refusals_on(form):
            prepared = imports.prepare(
                by=request.user,
                clearing=data["clearing"],
                title=data["file"].name[:80],
                rows=data["rows"],
                key=data["key"],
            )
            return redirect("staff:statement", prepared.reference)
    context = {
        "form": form if may_import and banks().exists() else None,
        "page": queries.page_of(queries.deposits(), before=_before(request), size=A_PAGE),
        "recalled": queries.recalled(),
        "unconfirmed": unconfirmed(),
        "may_import": may_import,
        "statements": queries.statements()[:5],
    }
    return render(request, "staff/deposits.html", context, status=form.status)


@role_required(*OVERSEERS)
@a_page
def deposit(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """One deposit, with a form that gives it back where the bank recalled it."""
    found = queries.deposit_with(reference)
    if request.method == "POST" and request.user.role not in TREASURY:
        raise PermissionDenied
    form = RecallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            recall = service.return_deposit(deposit=found, by=request.user, **form.cleaned_data)
            if declined := service.why_declined(recall):
                raise declined
            messages.success(request, _("Given back to the bank."))
            return redirect("staff:deposit", reference)
    may_recall = request.user.role in TREASURY and not found.is_returned
    context = {"deposit": found, "form": form if may_recall else None}
    return render(request, "staff/deposit.html", context, status=form.status)


@sensitive_post_parameters("pin")
@role_required(*OVERSEERS)
@a_page
def statement(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """A statement: first the preview, after the PIN the progress, at the end the results."""
    found = queries.statement_with(reference)
    form = PinForm(request.POST or None)
    if request.method == "POST":
        if request.user != found.maker:
            raise PermissionDenied
        if form.is_valid():
            with refusals_on(form):
                imports.confirm(by=request.user, statement=found, pin=form.cleaned_data["pin"])
                return redirect("staff:statement", reference)
    response = render(request, "staff/statement.html", _shown(request, found, form), status=form.status)
    if found.is_running:
        response["Refresh"] = str(REFRESH_S)
    return response


def _shown(request: SignedInRequest, found: Statement, form: PinForm) -> dict[str, object]:
    rows = queries.rows_of(found)
    counts = queries.counts_of(found)
    may_confirm = found.is_draft and request.user == found.maker and bool(counts["good"])
    return {"statement": found, "rows": rows, "counts": counts, "form": form if may_confirm else None}


def _before(request: HttpRequest) -> int | None:
    """The id of the deposit before which the page begins; None: the newest page."""
    text = request.GET.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_ID else None
