"""The pages of payment requests: the lists, the form, and the buttons Pay, Decline and Cancel."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.people.requests import SignedInRequest
from conversion.errors import NotFound
from conversion.money import format_money
from payments.owners import wallet_of
from web.paging import PAGE
from web.refusals import a_page, refusals_as_messages, refusals_on

from . import queries, service
from .forms import RequestMoneyForm
from .models import PaymentRequest
from .tries import count_request


@login_required
@require_safe
def requests(request: SignedInRequest) -> HttpResponse:
    outgoing = list(queries.requests_by(request.user)[:PAGE])
    context = {
        "incoming": queries.requests_to(request.user)[:PAGE],
        "outgoing": outgoing,
        "waits": any(each.is_open for each in outgoing),
    }
    return render(request, "payments/requests.html", context)


@login_required
@a_page
def new_request(request: SignedInRequest) -> HttpResponse:
    wallet = wallet_of(request.user)
    form = RequestMoneyForm(request.POST or None, wallet=wallet)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data | {"payer": form.cleaned_data["payer"].owner}
        with refusals_on(form):
            count_request(requester=request.user, payer=asked["payer"], key=asked["key"])
            payment_request = service.ask_for_money(requester=request.user, **asked)
            messages.success(
                request,
                _("You asked %(name)s for %(amount)s.")
                % {"name": payment_request.payer.get_full_name(), "amount": format_money(payment_request.amount)},
            )
            return redirect("payments:requests")
    return render(request, "payments/new_request.html", {"form": form, "wallet": wallet}, status=form.status)


@login_required
@require_POST
def pay_request(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Quotes the request and redirects to the review page. Nothing is booked yet."""
    payment_request = queries.request_for(request.user, reference)
    if payment_request.payer_id != request.user.pk:
        raise NotFound
    with refusals_as_messages(request):
        quote = service.quote_request(payer=request.user, payment_request=payment_request, key=uuid4())
        return redirect("payments:review", quote.reference)
    return redirect("payments:requests")


@login_required
@require_POST
def decline_request(request: SignedInRequest, reference: UUID) -> HttpResponse:
    payment_request = queries.request_for(request.user, reference)
    if payment_request.payer_id != request.user.pk:
        raise NotFound
    decline = partial(service.decline_request, payer=request.user, payment_request=payment_request)
    return _closed(request, decline, _("Declined."))


@login_required
@require_POST
def cancel_request(request: SignedInRequest, reference: UUID) -> HttpResponse:
    payment_request = queries.request_for(request.user, reference)
    if payment_request.requester_id != request.user.pk:
        raise NotFound
    cancel = partial(service.cancel_request, requester=request.user, payment_request=payment_request)
    return _closed(request, cancel, _("Cancelled."))


def _closed(request: HttpRequest, close: Callable[[], PaymentRequest], done: str) -> HttpResponse:
    with refusals_as_messages(request):
        close()
        messages.success(request, done)
    return redirect("payments:requests")
