"""The member's pages: form, service, redirect. Every refusal is a PaymentError and is shown where it belongs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from conversion.money import format_money

from . import queries
from .exceptions import InsufficientFunds, PaymentError, QuoteExpired
from .forms import KeyForm, PinForm, RequestMoneyForm, SendMoneyForm, TopUpForm
from .models import PaymentRequest, Quote
from .services import notifications as notices
from .services import quotes, reversals, topups, transfers
from .services import requests as asking

a_page = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@a_page
def send(request: HttpRequest) -> HttpResponse:
    wallet = queries.wallet_of(request.user)
    initial = {name: request.GET.get(name, "") for name in ("recipient", "amount", "note")}
    form = SendMoneyForm(request.POST or None, currency=wallet.currency, initial=initial)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            quote = quotes.quote_transfer(maker=request.user, **form.cleaned_data)
        except PaymentError as refusal:
            status = _show(refusal, form)
        else:
            return redirect("payments:review", quote.reference)
    contacts = queries.recent_contacts(request.user)
    return render(request, "payments/send.html", {"form": form, "wallet": wallet, "contacts": contacts}, status=status)


@sensitive_post_parameters("pin")
@login_required
@a_page
def review(request: HttpRequest, reference: UUID) -> HttpResponse:
    """What will happen, to the cent; the PIN makes it happen."""
    quote = queries.quote_for(request.user, reference)
    form, status = PinForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            transfer = transfers.send_money(sender=request.user, quote=quote, pin=form.cleaned_data["pin"])
        except QuoteExpired as refusal:
            return _renewed(request, quote, refusal)
        except InsufficientFunds as refusal:
            messages.error(request, str(refusal))
            return redirect(_where_typed(quote))
        except PaymentError as refusal:
            status = _show(refusal, form)
        else:
            messages.success(request, _("Sent."))
            return redirect("payments:receipt", transfer.reference)
    context = {
        "quote": quote,
        "form": form,
        "recipient": queries.name_of(quote.target),
        "balance_after": quote.source.available - quote.source_amount,
        "needs_pin": transfers.needs_pin(quote.source_amount),
        "has_expired": quote.expires_at < timezone.now(),
        "back": _where_typed(quote),
    }
    return render(request, "payments/review.html", context, status=status)


@login_required
@require_safe
def receipt(request: HttpRequest, reference: UUID) -> HttpResponse:
    transfer = queries.transfer_for(request.user, reference)
    undone = queries.is_undone(transfer)
    is_mine = transfer.source.owner_id == request.user.pk
    context = {
        "transfer": transfer,
        "is_outgoing": is_mine,
        "counterpart": queries.name_of(transfer.target if is_mine else transfer.source),
        "is_undone": undone,
        "can_undo": not undone and reversals.can_undo(maker=request.user, transfer=transfer),
        "undo_key": uuid4(),
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


@login_required
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    context = {
        "incoming": queries.requests_to(request.user)[: queries.PAGE],
        "outgoing": queries.requests_by(request.user)[: queries.PAGE],
    }
    return render(request, "payments/requests.html", context)


@login_required
@a_page
def new_request(request: HttpRequest) -> HttpResponse:
    wallet = queries.wallet_of(request.user)
    form, status = RequestMoneyForm(request.POST or None, currency=wallet.currency), 200
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data | {"payer": form.cleaned_data["payer"].owner}
        try:
            payment_request = asking.ask_for_money(requester=request.user, **asked)
        except PaymentError as refusal:
            status = _show(refusal, form)
        else:
            messages.success(
                request,
                _("You asked %(name)s for %(amount)s.")
                % {"name": payment_request.payer.get_full_name(), "amount": format_money(payment_request.amount)},
            )
            return redirect("payments:requests")
    return render(request, "payments/new_request.html", {"form": form, "wallet": wallet}, status=status)


@login_required
@require_POST
def pay_request(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Quotes the request and leads to its review page; nothing is booked yet."""
    payment_request = queries.request_for(request.user, reference)
    if payment_request.payer_id != request.user.pk:
        raise Http404
    try:
        quote = quotes.quote_request(payer=request.user, payment_request=payment_request, key=uuid4())
    except PaymentError as refusal:
        messages.error(request, str(refusal))
        return redirect("payments:requests")
    return redirect("payments:review", quote.reference)


@login_required
@require_POST
def decline_request(request: HttpRequest, reference: UUID) -> HttpResponse:
    payment_request = queries.request_for(request.user, reference)
    if payment_request.payer_id != request.user.pk:
        raise Http404
    decline = partial(asking.decline_request, payer=request.user, payment_request=payment_request)
    return _closed(request, decline, _("Declined."))


@login_required
@require_POST
def cancel_request(request: HttpRequest, reference: UUID) -> HttpResponse:
    payment_request = queries.request_for(request.user, reference)
    if payment_request.requester_id != request.user.pk:
        raise Http404
    cancel = partial(asking.cancel_request, requester=request.user, payment_request=payment_request)
    return _closed(request, cancel, _("Cancelled."))


@login_required
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    before = request.GET.get("before") or None
    try:
        wallet, entries = queries.wallet_and_activity(request.user, before=before, limit=queries.PAGE + 1)
    except queries.BadCursor as error:
        raise Http404 from error
    entries, more = entries[: queries.PAGE], entries[queries.PAGE :]
    older = entries[-1].cursor if more else None
    return render(
        request, "payments/history.html", {"wallet": wallet, "entries": entries, "older": older, "before": before}
    )


@login_required
@a_page
def top_up(request: HttpRequest) -> HttpResponse:
    wallet = queries.wallet_of(request.user)
    form, status, cap, left = TopUpForm(request.POST or None, currency=wallet.currency), 200, None, None
    if request.method == "POST" and form.is_valid():
        try:
            transfer = topups.top_up_on_trust(member=request.user, **form.cleaned_data)
        except PaymentError as refusal:
            status = _show(refusal, form)
        else:
            messages.success(request, _("Topped up."))
            return redirect("payments:receipt", transfer.reference)
    try:
        cap, left = topups.left_today(request.user)
    except PaymentError as refusal:
        messages.warning(request, str(refusal))
    context = {"form": form, "wallet": wallet, "cap": cap, "left": left}
    return render(request, "payments/top_up.html", context, status=status)


@login_required
@a_page
def notifications(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        notices.mark_all_read(request.user)
        return redirect("payments:notifications")
    return render(request, "payments/notifications.html", {"notifications": queries.notifications_of(request.user)})


def _show(refusal: PaymentError, form: Form) -> int:
    """Puts the refusal where it belongs on the form, and its next step beside it; the answer's status."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    form.next_step = refusal.next_step  # type: ignore[attr-defined]
    return refusal.http_status


def _closed(request: HttpRequest, close: Callable[[], PaymentRequest], done: str) -> HttpResponse:
    try:
        close()
    except PaymentError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("payments:requests")


def _renewed(request: HttpRequest, quote: Quote, expired: QuoteExpired) -> HttpResponse:
    try:
        new = quotes.renew(quote=quote, key=uuid4())
    except PaymentError as refusal:
        messages.error(request, str(refusal))
        return redirect(_where_typed(quote))
    messages.warning(request, str(expired))
    return redirect("payments:review", new.reference)


def _where_typed(quote: Quote) -> str:
    """The form it came from, as it was filled in; its key was used up, so it has a new one."""
    if quote.payment_request is not None:
        return reverse("payments:requests")
    recipient = quote.target.owner.get_username() if quote.target.owner else ""
    typed = {"recipient": recipient, "amount": f"{quote.source_amount.decimal:f}", "note": quote.note}
    return f"{reverse('payments:send')}?{urlencode(typed)}"
