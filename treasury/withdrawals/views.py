"""The member's pages of withdrawals: the form with its review page, the list, and one withdrawal."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts.people.requests import SignedInRequest
from ledger.errors import InsufficientFunds
from ledger.models import Wallet
from payments.owners import wallet_of
from treasury.banks.models import Clearing
from treasury.payout_accounts.queries import accounts_of
from web.forms import PinForm, filled_in
from web.paging import PAGE, id_in
from web.refusals import a_page, refusals_as_messages, refusals_on

from . import queries, service
from .forms import WithdrawForm
from .models import LIFE

TYPED = ("payout_account", "amount")


@sensitive_post_parameters("pin")
@login_required
@a_page
def withdraw(request: SignedInRequest) -> HttpResponse:
    """The form and the list; then the review page, which asks for the PIN. Raises NotFound for a bank."""
    wallet = wallet_of(request.user)
    initial = {name: request.GET[name] for name in TYPED if name in request.GET}
    form = WithdrawForm(request.POST or None, user=request.user, currency=wallet.currency, initial=initial)
    if request.method == "POST" and form.is_valid():
        if "confirmed" in request.POST:
            return _request(request, wallet, form)
        with refusals_on(form):
            return _review(request, wallet, form, PinForm(), _bank(request, form))
    before = id_in(request, "before")
    found = queries.withdrawals_of(request.user)
    rows = list((found if before is None else found.filter(pk__lt=before))[: PAGE + 1])
    context = {
        "form": form,
        "wallet": wallet,
        "has_bank": queries.clearing_for(wallet.currency_code) is not None,
        "has_account": accounts_of(request.user).exists(),
        "rows": rows[:PAGE],
        "older": rows[PAGE - 1].pk if len(rows) > PAGE else None,
    }
    return render(request, "treasury/withdraw.html", context, status=form.status)


@login_required
@require_safe
def withdrawal(request: SignedInRequest, reference: UUID) -> HttpResponse:
    found = queries.withdrawal_of(request.user, reference)
    return render(request, "treasury/withdrawal.html", {"withdrawal": found, "life": LIFE.days})


@login_required
@require_POST
def cancel_withdrawal(request: SignedInRequest, reference: UUID) -> HttpResponse:
    found = queries.withdrawal_of(request.user, reference)
    with refusals_as_messages(request):
        service.cancel_withdrawal(member=request.user, withdrawal=found)
        messages.success(request, _("Cancelled: you can spend the money again."))
    return redirect("treasury:withdrawal", reference)


def _request(request: SignedInRequest, wallet: Wallet, form: WithdrawForm) -> HttpResponse:
    pin, asked = PinForm(request.POST), form.cleaned_data
    if pin.is_valid():
        with refusals_on(pin):
            try:
                made = service.request_withdrawal(
                    member=request.user,
                    account=asked["payout_account"],
                    amount=asked["amount"],
                    key=asked["key"],
                    **pin.cleaned_data,
                )
            except InsufficientFunds as refusal:  # stored under this key, so the form needs a new one
                messages.error(request, str(refusal))
                return redirect(_where_typed(request))
            messages.success(request, _("Requested. You get a notification as soon as it is approved."))
            return redirect("treasury:withdrawal", made.reference)
    return _review(request, wallet, form, pin, queries.clearing_for(wallet.currency_code))


def _bank(request: SignedInRequest, form: WithdrawForm) -> Clearing:
    """The bank that will pay. Raises what would make the withdrawal fail, before the PIN is asked for."""
    asked = form.cleaned_data
    return service.require_requestable(member=request.user, account=asked["payout_account"], amount=asked["amount"])


def _review(
    request: HttpRequest, wallet: Wallet, form: WithdrawForm, pin: PinForm, clearing: Clearing | None
) -> HttpResponse:
    context = {
        "form": form,
        "pin": pin,
        "asked": form.cleaned_data,
        "clearing": clearing,
        "spendable": wallet.available - form.cleaned_data["amount"],
        "life": LIFE.days,
        "back": _where_typed(request),
    }
    return render(request, "treasury/check_withdrawal.html", context, status=pin.status)


def _where_typed(request: HttpRequest) -> str:
    """The address of the form, filled in with what the member typed. The form gets a new key."""
    return filled_in("treasury:withdraw", {name: request.POST[name] for name in TYPED if name in request.POST})
