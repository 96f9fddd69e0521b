from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts.people.access import lacks_second_factor, to_second_factor
from accounts.people.requests import SignedInRequest
from conversion.errors import NotFound
from ledger.kinds import known_kinds
from payments.owners import name_of
from payments.transfers.queries import transfer_for
from web.forms import KeyForm
from web.refusals import refusals_as_messages, refusals_on

from . import refunds, service
from .forms import RefundForm


@login_required
@require_POST
def undo(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Undoes the transfer and shows the receipt of the reversal; a refusal is shown on the transfer's receipt."""
    transfer = transfer_for(request.user, reference)
    form = KeyForm(request.POST)
    if not form.is_valid():
        raise NotFound
    if known_kinds[transfer.kind].made_by_roles is not None and lacks_second_factor(request):
        return to_second_factor(request)
    with refusals_as_messages(request):
        undone = service.undo(maker=request.user, transfer=transfer, key=form.cleaned_data["key"])
        messages.success(request, _("Undone: the money is back."))
        return redirect("payments:receipt", undone.reference)
    return redirect("payments:receipt", transfer.reference)


@sensitive_post_parameters("pin")
@login_required
@require_POST
def refund(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Refunds all or a part of a received payment. After a refusal the form is shown again as it was filled in."""
    transfer = transfer_for(request.user, reference)
    if not refunds.can_refund(payee=request.user, transfer=transfer):
        raise NotFound
    form = RefundForm(request.POST, currency=transfer.target.currency)
    if form.is_valid():
        with refusals_on(form):
            refunded = refunds.refund(payee=request.user, transfer=transfer, **form.cleaned_data)
            messages.success(request, _("Refunded."))
            return redirect("payments:receipt", refunded.reference)
    context = {"form": form, "transfer": transfer, "payer": name_of(transfer.source)}
    return render(request, "payments/refund.html", context, status=form.status)
