"""The pages of a wallet's history, of a transfer's receipt, and of checking a receipt's code."""

from __future__ import annotations

import datetime as dt
from uuid import UUID, uuid4

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.people.requests import SignedInRequest
from conversion.errors import NotFound
from ledger import reads as ledger_reads
from ledger.kinds import known_kinds
from ledger.models import Transfer
from payments.owners import name_of, wallet_of
from payments.reversals import refunds
from payments.reversals import service as reversals
from payments.reversals.forms import RefundForm
from payments.transfers.queries import transfer_for
from web.paging import PAGE

from . import queries
from .receipts import receipt_code, receipt_with_code
from .statements import Month, csv_of


@login_required
@require_safe
def receipt(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Shows one transfer, with the forms to undo or refund it where that is still possible."""
    transfer = transfer_for(request.user, reference)
    undone, refunded = ledger_reads.is_undone(transfer), ledger_reads.refunded(transfer)
    is_mine = transfer.source.owner_id == request.user.pk
    context = {
        "transfer": transfer,
        "is_outgoing": is_mine,
        "other_party": name_of(transfer.target if is_mine else transfer.source),
        "is_undone": undone,
        "can_undo": not undone and not refunded and reversals.can_undo(maker=request.user, transfer=transfer),
        "undo_key": uuid4(),
        "refund_form": _refund_form(request, transfer, is_undone=undone),
        "refunded": refunded,
        "payer": name_of(transfer.source),
        "about": _about(transfer) if is_mine and transfer.is_booked else None,
        "code": receipt_code(transfer) if transfer.is_booked else None,
    }
    return render(request, "payments/receipt.html", context)


def _about(transfer: Transfer) -> str | None:
    """The address of the page that shows the payer what the transfer was for."""
    kind = known_kinds.get(transfer.kind)
    return reverse(kind.page, args=[transfer.reference]) if kind and kind.page else None


@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Shows whether the receipt with a code is genuine. Anybody may ask, without signing in."""
    code = request.GET.get("code", "")[:80]
    return render(request, "payments/verify.html", {"code": code, "found": receipt_with_code(code)})


def _refund_form(request: SignedInRequest, transfer: Transfer, *, is_undone: bool) -> RefundForm | None:
    """Returns the refund form, filled in with the amount that is left. None if this person can refund nothing."""
    if is_undone or not refunds.can_refund(payee=request.user, transfer=transfer):
        return None
    left = refunds.left_of(transfer)
    return RefundForm(currency=left.currency, initial={"amount": f"{left.decimal:f}"}) if left else None


@login_required
@require_safe
def history(request: SignedInRequest) -> HttpResponse:
    before = request.GET.get("before") or None
    try:
        # One entry more than the page shows tells whether there are older ones.
        wallet, entries = queries.wallet_and_activity(request.user, before=before, limit=PAGE + 1)
    except queries.BadCursor as error:
        raise NotFound from error
    entries, more = entries[:PAGE], entries[PAGE:]
    older = entries[-1].cursor if more else None
    this_month = Month.of(timezone.localdate())
    context = {
        "wallet": wallet,
        "rows": _undoable(request, entries),
        "older": older,
        "before": before,
        "months": (this_month, this_month.before),
    }
    return render(request, "payments/history.html", context)


@login_required
@require_safe
def statement(request: SignedInRequest, year: int, number: int) -> HttpResponse:
    """The lines of one month as a CSV file."""
    try:
        month = Month(dt.date(year, number, 1))
    except ValueError as error:  # there is no such month
        raise NotFound from error
    response = HttpResponse(csv_of(wallet_of(request.user), month), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{month}.csv"'
    return response


def _undoable(request: SignedInRequest, entries: list[queries.Activity]) -> list[tuple[queries.Activity, UUID | None]]:
    """Returns each entry with a new key for its undo form, or with None if it cannot be undone."""
    maker = request.user
    can_undo = [
        not entry.is_undone and not entry.is_refunded and reversals.can_undo(maker=maker, transfer=entry)
        for entry in entries
    ]
    return [(entry, uuid4() if possible else None) for entry, possible in zip(entries, can_undo, strict=True)]
