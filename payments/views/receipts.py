"""What is proven by a receipt, and what can still be done about a transfer."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from payments import queries
from payments.exceptions import PaymentError
from payments.forms import KeyForm, RefundForm
from payments.models import Transfer
from payments.services import refunds, reversals

from .refusals import show


@login_required
@require_safe
def receipt(request: HttpRequest, reference: UUID) -> HttpResponse:
    transfer = queries.transfer_for(request.user, reference)
    undone, refunded = queries.is_undone(transfer), queries.refunded(transfer)
    is_mine = transfer.source.owner_id == request.user.pk
    context = {
        "transfer": transfer,
        "is_outgoing": is_mine,
        "counterpart": queries.name_of(transfer.target if is_mine else transfer.source),
        "is_undone": undone,
        "can_undo": not undone and not refunded and reversals.can_undo(maker=request.user, transfer=transfer),
        "undo_key": uuid4(),
        "refund_form": _refund_form(request, transfer, is_undone=undone),
        "refunded": refunded,
        "payer": queries.name_of(transfer.source),
        "code": queries.receipt_code(transfer) if transfer.is_booked else None,
    }
    return render(request, "payments/receipt.html", context)


@login_required
@require_POST
def undo(request: HttpRequest, reference: UUID) -> HttpResponse:
    transfer = queries.transfer_for(request.user, reference)
    form = KeyForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        undone = reversals.undo(maker=request.user, transfer=transfer, key=form.cleaned_data["key"])
    except PaymentError as refusal:
        messages.error(request, str(refusal))
        return redirect("payments:receipt", transfer.reference)
    messages.success(request, _("Undone: the money is back."))
    return redirect("payments:receipt", undone.reference)


@sensitive_post_parameters("pin")
@login_required
@require_POST
def refund(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Gives back all or part of a payment that came in; refused, the form comes back as it was filled in."""
    transfer = queries.transfer_for(request.user, reference)
    if not refunds.can_refund(payee=request.user, transfer=transfer):
        raise Http404
    form, status = RefundForm(request.POST, currency=transfer.target.currency), 200
    if form.is_valid():
        try:
            refunded = refunds.refund(payee=request.user, transfer=transfer, **form.cleaned_data)
        except PaymentError as refusal:
            status = show(refusal, form)
        else:
            messages.success(request, _("Refunded."))
            return redirect("payments:receipt", refunded.reference)
    context = {"form": form, "transfer": transfer, "payer": queries.name_of(transfer.source)}
    return render(request, "payments/refund.html", context, status=status)


@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Whoever was shown a receipt may ask whether it is genuine."""
    code = request.GET.get("code", "")[:80]
    return render(request, "payments/verify.html", {"code": code, "found": queries.receipt_with_code(code)})


def _refund_form(request: HttpRequest, transfer: Transfer, *, is_undone: bool) -> RefundForm | None:
    """None where nothing is left to give back, or it is not theirs to give."""
    if is_undone or not refunds.can_refund(payee=request.user, transfer=transfer):
        return None
    left = refunds.left_of(transfer)
    return RefundForm(currency=left.currency, initial={"amount": f"{left.decimal:f}"}) if left else None
