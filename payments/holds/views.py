"""The pages of holds: the lists, the form with its review page, one hold, and its capture and release."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts.people.requests import SignedInRequest
from conversion.errors import NotFound, PaymentError
from conversion.money import Money
from ledger.errors import InsufficientFunds
from ledger.exchange import converted
from ledger.models import Hold, Wallet
from payments.owners import name_of, wallet_of
from web.forms import PinForm, filled_in
from web.paging import PAGE
from web.refusals import a_page, refusals_as_messages, refusals_on

from . import queries, service
from .forms import CaptureForm, HoldForm

TYPED = ("payee", "amount", "purpose", "note")


@login_required
@require_safe
def holds(request: SignedInRequest) -> HttpResponse:
    context = {
        "mine": queries.with_captures(queries.holds_of(request.user))[:PAGE],
        "for_me": queries.with_captures(queries.holds_for(request.user))[:PAGE],
        "elsewhere": queries.held_elsewhere(wallet_of(request.user)),
    }
    return render(request, "payments/holds.html", context)


@sensitive_post_parameters("pin")
@login_required
@a_page
def new_hold(request: SignedInRequest) -> HttpResponse:
    """Shows the form, then the review page, which has a field for the PIN. Only the PIN can be changed there."""
    wallet = wallet_of(request.user)
    initial = {name: request.GET[name] for name in TYPED if name in request.GET}
    form = HoldForm(request.POST or None, wallet=wallet, initial=initial)
    if request.method == "POST" and form.is_valid():
        if "confirmed" in request.POST:
            return _place(request, wallet, form)
        asked = form.cleaned_data
        with refusals_on(form):
            service.require_placeable(payer=request.user, payee=asked["payee"], amount=asked["amount"])
            return _check(request, wallet, form, PinForm())
    return render(request, "payments/new_hold.html", {"form": form, "wallet": wallet}, status=form.status)


@login_required
@require_safe
def hold(request: SignedInRequest, reference: UUID) -> HttpResponse:
    found = queries.hold_for(request.user, reference)
    return _show_hold(request, found, CaptureForm(currency=found.source.currency, initial={"amount": _plain(found)}))


@login_required
@require_POST
def capture_hold(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """The payee captures all or a part of the hold. A refusal is shown on the page of the hold."""
    found = queries.hold_for(request.user, reference)
    if found.target.owner_id != request.user.pk:
        raise NotFound
    form = CaptureForm(request.POST, currency=found.source.currency)
    if form.is_valid():
        # A two-step payment is captured as a whole, whatever amount the form sends.
        taken = form.cleaned_data if not found.is_two_step else form.cleaned_data | {"amount": found.amount}
        with refusals_on(form):
            transfer = service.capture_hold(payee=request.user, hold=found, **taken)
            messages.success(request, _("The money is now in your wallet."))
            return redirect("payments:receipt", transfer.reference)
    return _show_hold(request, queries.hold_for(request.user, reference), form)


@login_required
@require_POST
def release_hold(request: SignedInRequest, reference: UUID) -> HttpResponse:
    found = queries.hold_for(request.user, reference)
    if not service.can_release(by=request.user, hold=found):
        raise NotFound
    with refusals_as_messages(request):
        service.release_hold(by=request.user, hold=found)
        messages.success(request, _said_of_release(request, found))
    return redirect("payments:hold", found.reference)


def _place(request: SignedInRequest, wallet: Wallet, form: HoldForm) -> HttpResponse:
    pin = PinForm(request.POST)
    if pin.is_valid():
        with refusals_on(pin):
            try:
                placed = service.place_hold(payer=request.user, **form.cleaned_data, **pin.cleaned_data)
            except InsufficientFunds as refusal:  # stored under this key, so the form needs a new one
                messages.error(request, str(refusal))
                return redirect(_where_typed(request))
            messages.success(request, _("On hold. Nothing is paid yet."))
            return redirect("payments:hold", placed.reference)
    return _check(request, wallet, form, pin)


def _check(request: HttpRequest, wallet: Wallet, form: HoldForm, pin: PinForm) -> HttpResponse:
    asked = form.cleaned_data
    context = {
        "form": form,
        "pin": pin,
        "asked": asked,
        "payee": name_of(asked["payee"]),
        "arrives": _in_currency_of(asked["payee"], asked["amount"]),
        "spendable": wallet.available - asked["amount"],
        "days": settings.HOLD_LIFE_DAYS,
        "back": _where_typed(request),
    }
    return render(request, "payments/check_hold.html", context, status=pin.status)


def _show_hold(request: SignedInRequest, found: Hold, form: CaptureForm) -> HttpResponse:
    is_mine = found.source.owner_id == request.user.pk
    capture = queries.capture_of(found)
    context = {
        "hold": found,
        "form": form,
        "is_mine": is_mine,
        "other": name_of(found.target if is_mine else found.source),
        "arrives": _in_currency_of(found.target, found.amount) if found.is_open else None,
        "capture": capture,
        "left": found.amount - capture.paid if capture else None,
        "can_capture": found.is_open and not is_mine,
        "can_release": found.is_open and service.can_release(by=request.user, hold=found),
    }
    return render(request, "payments/hold.html", context, status=form.status)


def _said_of_release(request: SignedInRequest, found: Hold) -> str:
    if found.source.owner_id == request.user.pk:
        return _("Cancelled: you can spend the money again.")
    said = _("Declined: the money stays with %(name)s.") if found.is_two_step else _("Released to %(name)s.")
    return said % {"name": name_of(found.source)}


def _in_currency_of(wallet: Wallet, amount: Money) -> Money | None:
    """Returns the amount at today's rate in the wallet's currency.

    None within one currency, and if the amount cannot be converted now.
    """
    if wallet.currency == amount.currency:
        return None
    try:
        return converted(amount, to=wallet.currency).target
    except PaymentError:
        return None


def _where_typed(request: HttpRequest) -> str:
    """Returns the address of the form, filled in with what the payer typed. The form gets a new key."""
    return filled_in("payments:new_hold", {name: request.POST[name] for name in TYPED if name in request.POST})


def _plain(found: Hold) -> str:
    return f"{found.amount.decimal:f}"
