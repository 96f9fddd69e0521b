"""The administrator's pages about banks: the list, a new bank, and one bank with its currencies and tokens."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts.people.access import role_required
from accounts.people.requests import SignedInRequest
from accounts.people.roles import ADMINISTRATORS, TREASURY
from accounts.people.standing import require_may_move
from accounts.tokens.service import tokens_of
from ledger.wallets import balance_of
from payments.registration.service import NameTaken
from web.refusals import RefusableForm, a_page, refusals_as_messages, refusals_on

from . import queries, service
from .forms import BankForm, CurrencyForm, TokenForm
from .models import Bank


@sensitive_post_parameters()
@never_cache
@role_required(*ADMINISTRATORS)
@a_page
def banks(request: SignedInRequest) -> HttpResponse:
    """Lists the banks, with a form that adds another."""
    form = BankForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with refusals_on(form):
                require_may_move(request.user.pk, roles=ADMINISTRATORS)
                bank = service.create_bank(**form.as_bank(), by=request.user)
                messages.success(request, _("The bank was added. A second person must confirm it."))
                return redirect("staff:bank", bank.user.username)
        except NameTaken as taken:  # another account took this name or address since the form's check
            form.refuse_taken(taken.field)
    return render(request, "staff/banks.html", {"form": form, "banks": queries.banks()}, status=form.status)


@role_required(*ADMINISTRATORS)
@a_page
def bank(request: SignedInRequest, username: str) -> HttpResponse:
    """One bank, with a form that opens a currency or changes its limit."""
    found = queries.bank_called(username)
    form = CurrencyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            require_may_move(request.user.pk, roles=ADMINISTRATORS)
            service.open_currency(bank=found, daily_cap=form.cleaned_data["daily_cap"], by=request.user)
            messages.success(request, _("Saved."))
            return redirect("staff:bank", username)
    return _shown(request, found, form, TokenForm())


@never_cache
@role_required(*ADMINISTRATORS)
@require_POST
def bank_token(request: SignedInRequest, username: str) -> HttpResponse:
    """Makes an access token for the bank's program. The secret is shown once, in the answer to this POST."""
    found = queries.bank_called(username)
    form = TokenForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            token, secret = service.issue_token(by=request.user, bank=found, name=form.cleaned_data["name"])
            return render(request, "staff/bank_token.html", {"bank": found, "token": token, "secret": secret})
    return _shown(request, found, CurrencyForm(), form)


@role_required(*ADMINISTRATORS)
@require_POST
def revoke_bank_tokens(request: SignedInRequest, username: str) -> HttpResponse:
    found = queries.bank_called(username)
    with refusals_as_messages(request):
        service.revoke_tokens(by=request.user, bank=found)
        messages.success(request, _("Revoked. No token of this bank works any more."))
    return redirect("staff:bank", username)


@role_required(*TREASURY)
@a_page
def confirm_bank(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """What a colleague changed about a bank, and the button with which another person agrees."""
    found = queries.bank_with(reference)
    if request.method == "POST":
        with refusals_as_messages(request):
            service.confirm_bank(by=request.user, bank=found, seen_at=request.POST.get("seen_at", ""))
            messages.success(request, _("Confirmed. The bank may deposit."))
        return redirect("staff:confirm_bank", reference)
    context = {
        "bank": found,
        "clearings": found.clearings.all(),
        "tokens": tokens_of(found.user),
        "seen_at": found.changed_at.isoformat() if found.changed_at else "",
        "may_confirm": not found.is_confirmed and found.changed_by != request.user,
    }
    return render(request, "staff/confirm_bank.html", context)


def _shown(request: SignedInRequest, found: Bank, form: CurrencyForm, token_form: TokenForm) -> HttpResponse:
    clearings = [(clearing, -balance_of(clearing.wallet)) for clearing in found.clearings.all()]
    forms: tuple[RefusableForm, ...] = (form, token_form)
    context = {
        "bank": found,
        "clearings": clearings,
        "tokens": tokens_of(found.user),
        "form": form,
        "token_form": token_form,
    }
    return render(request, "staff/bank.html", context, status=max(each.status for each in forms))
