"""The pages that send money: the form, the review page, and the confirmation with the PIN."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from accounts.people.requests import SignedInRequest
from accounts.pins.pin import needs_pin
from ledger.errors import InsufficientFunds
from payments.owners import name_of, wallet_of
from web.forms import PinForm, filled_in
from web.refusals import a_page, refusals_as_messages, refusals_on, renew_key

from . import queries, service
from .errors import QuoteExpired
from .forms import SendMoneyForm
from .models import Quote
from .quotes import quote_transfer, renew


@login_required
@a_page
def send(request: SignedInRequest) -> HttpResponse:
    """Shows the form; a valid form is quoted and leads to the review page. No money moves."""
    wallet = wallet_of(request.user)
    initial = {name: request.GET.get(name, "") for name in ("recipient", "amount", "note")}
    form = SendMoneyForm(request.POST or None, wallet=wallet, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            asked = form.cleaned_data.copy()
            quote = quote_transfer(maker=request.user, payee=asked.pop("recipient"), **asked)
            return redirect("payments:review", quote.reference)
        renew_key(form)  # a quote moves no money, so a payer who went back and changed the form can continue
    context = {"form": form, "wallet": wallet, "contacts": queries.recent_contacts(wallet)}
    return render(request, "payments/send.html", context, status=form.status)


@sensitive_post_parameters("pin")
@login_required
@a_page
def review(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Shows the quote: both amounts, the rate, the balance afterwards. A POST with the PIN books it."""
    quote = queries.quote_to_confirm(request.user, reference)
    form = PinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            try:
                posting = service.confirm(payer=request.user, quote=quote, pin=form.cleaned_data["pin"])
            except QuoteExpired as refusal:
                return _renewed(request, quote, refusal)
            except InsufficientFunds as refusal:  # stored under this key, so the form needs a new one
                messages.error(request, str(refusal))
                return redirect(_where_typed(quote))
            messages.success(request, _("Sent."))
            return redirect("payments:receipt", posting.reference)
    context = {
        "quote": quote,
        "form": form,
        "payee": name_of(quote.target),
        "balance_after": quote.source.available - quote.source_amount,
        "needs_pin": needs_pin(quote.source_amount),
        "has_expired": quote.expires_at < timezone.now(),
        "back": _where_typed(quote),
    }
    return render(request, "payments/review.html", context, status=form.status)


def _renewed(request: HttpRequest, quote: Quote, expired: QuoteExpired) -> HttpResponse:
    """Redirects to the review page of a new quote at today's rate, or to the form if it cannot be quoted."""
    with refusals_as_messages(request):
        new = renew(quote=quote, key=uuid4())
        messages.warning(request, str(expired))
        return redirect("payments:review", new.reference)
    return redirect(_where_typed(quote))


def _where_typed(quote: Quote) -> str:
    """Returns the address of the form that the quote came from, filled in. The form gets a new key."""
    if quote.payment_request is not None:
        return reverse("payments:requests")
    payee = quote.target.owner.get_username() if quote.target.owner else ""
    typed = {"recipient": payee, "amount": f"{quote.source_amount.decimal:f}", "note": quote.note}
    return filled_in("payments:send", typed)
