"""The treasury's pages of withdrawals: what waits, one withdrawal with its decisions, and the files for the bank."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from accounts.people.access import role_required
from accounts.people.requests import SignedInRequest
from accounts.people.roles import OVERSEERS, TREASURY
from ledger.wallets import balance_of
from treasury.banks.models import Clearing
from web.paging import PAGE
from web.refusals import RefusableForm, a_page, refusals_as_messages, refusals_on

from . import endings, filing, pain, queries, service
from .forms import BankReferenceForm, DeclineForm, FileForm, ReturnForm
from .models import PAID_OUT, Withdrawal

Status = Withdrawal.Status


@role_required(*OVERSEERS)
@require_safe
def withdrawals(request: SignedInRequest) -> HttpResponse:
    """What waits for approval, for a file and for the bank's answer; below it, what has ended lately."""
    context = {
        "to_approve": queries.with_status(Status.REQUESTED),
        "to_file": queries.to_file(),
        "at_bank": queries.with_status(Status.FILED),
        "ended": queries.withdrawals().exclude(status__in=[Status.REQUESTED, Status.APPROVED, Status.FILED])[:PAGE],
        "files": queries.files()[:PAGE],
        "may_act": request.user.role in TREASURY,
    }
    return render(request, "staff/withdrawals.html", context)


@role_required(*OVERSEERS)
@a_page
def withdrawal(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """One withdrawal. The treasury approves or declines it here, and writes what the bank's statement says of it."""
    found = queries.withdrawal_with(reference)
    typed = request.POST if request.method == "POST" else None
    step = request.POST.get("step", "")
    forms: dict[str, RefusableForm] = {
        "decline": DeclineForm(typed if step == "decline" else None, prefix="decline"),
        "settle": BankReferenceForm(typed if step == "settle" else None, prefix="settle"),
        "return": ReturnForm(typed if step == "return" else None, prefix="return"),
    }
    if typed is not None:
        if request.user.role not in TREASURY:
            raise PermissionDenied
        if step == "approve":
            with refusals_as_messages(request):
                service.approve(by=request.user, withdrawal=found)
                messages.success(request, _("Approved. It now waits for a file to the bank."))
            return redirect("staff:withdrawal", reference)
        if step in forms and forms[step].is_valid():
            with refusals_on(forms[step]):
                messages.success(request, _decided(request, found, step, forms[step].cleaned_data))
                return redirect("staff:withdrawal", reference)
    may_act = request.user.role in TREASURY and found.member != request.user
    context = {
        "withdrawal": found,
        "is_own": found.member == request.user,
        "may_approve": may_act and found.status == Status.REQUESTED,
        "decline": forms["decline"] if may_act and found.can_be_cancelled else None,
        "settle": forms["settle"] if may_act and found.status == Status.FILED else None,
        "return": forms["return"] if may_act and found.status in (Status.FILED, Status.SETTLED) else None,
        "is_at_bank": found.status in PAID_OUT,
    }
    status = max(form.status for form in forms.values())
    return render(request, "staff/withdrawal.html", context, status=status)


@sensitive_post_parameters("pin")
@role_required(*TREASURY)
@a_page
def new_payout_file(request: SignedInRequest, number: int) -> HttpResponse:
    """The approved withdrawals of one bank and currency, with a box each, and the PIN that sends them."""
    clearing = queries.clearing_with(number)
    form = FileForm(request.POST or None, clearing=clearing)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            made = filing.file_withdrawals(
                by=request.user,
                clearing=clearing,
                withdrawals=list(form.cleaned_data["withdrawals"]),
                key=form.cleaned_data["key"],
                pin=form.cleaned_data["pin"],
            )
            messages.success(request, _("The file is ready. Please download it, and give it to the bank."))
            return redirect("staff:payout_file", made.reference)
    context: dict[str, object] = {"clearing": clearing, "form": form}
    with refusals_as_messages(request):  # the limit is converted at today's rate, which may not be known now
        context |= _choices(request, clearing, form)
    return render(request, "staff/new_payout_file.html", context, status=form.status)


@role_required(*OVERSEERS)
@require_safe
def payout_file(request: SignedInRequest, reference: UUID) -> HttpResponse:
    found = queries.file_with(reference)
    context = {
        "file": found,
        "rows": queries.withdrawals().filter(file=found).order_by("id"),
        "may_download": request.user.role in TREASURY,
    }
    return render(request, "staff/payout_file.html", context)


@role_required(*TREASURY)
@never_cache
@require_safe
def download_payout_file(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """The order to the bank: each time the same bytes."""
    found = queries.file_with(reference)
    response = HttpResponse(bytes(found.content), content_type=pain.MEDIA_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{found.name}"'
    return response


def _decided(request: SignedInRequest, found: Withdrawal, step: str, typed: dict[str, Any]) -> str:
    """Does what was decided on the page, and returns what to say."""
    if step == "decline":
        service.decline(by=request.user, withdrawal=found, **typed)
        return _("Declined. The member has the money again.")
    if step == "settle":
        endings.settle(withdrawal=found, by=request.user, **typed)
        return _("Settled: the bank has paid.")
    endings.return_withdrawal(withdrawal=found, by=request.user, **typed)
    return _("Returned: the member has the money again.")


def _choices(request: SignedInRequest, clearing: Clearing, form: FileForm) -> dict[str, object]:
    """The rows with why each cannot be in this person's file, which boxes are ticked, and what the bank holds."""
    approved = queries.withdrawals().filter(clearing=clearing, status=Status.APPROVED).order_by("id")
    rows = filing.choices(request.user, clearing, list(approved[: filing.MOST_ROWS]))
    if form.is_bound:
        ticked = set(form.data.getlist("withdrawals")) if hasattr(form.data, "getlist") else set()
    else:
        ticked = {str(row.reference) for row, why_not in rows if not why_not}
    return {
        "rows": [(row, why_not, str(row.reference) in ticked) for row, why_not in rows],
        "limit": filing.limit_in(clearing.wallet.currency),
        "held": -balance_of(clearing.wallet),
    }
