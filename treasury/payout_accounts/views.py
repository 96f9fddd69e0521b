"""The pages of a member's payout accounts: the list, a new one, and removing one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts.people.requests import SignedInRequest
from payments.owners import wallet_of
from web.refusals import a_page, refusals_on

from . import queries, service
from .forms import PayoutAccountForm


@sensitive_post_parameters("pin")
@login_required
@a_page
def payout_accounts(request: SignedInRequest) -> HttpResponse:
    """The member's bank accounts, and the form for another one. Raises NotFound for a bank, which has no wallet."""
    wallet_of(request.user)
    form = PayoutAccountForm(request.POST or None, initial={"holder": request.user.get_full_name()})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            added = service.add_account(user=request.user, **form.cleaned_data)
            messages.success(request, _said_of(added.usable_at <= timezone.now()))
            return redirect("treasury:payout_accounts")
    context = {"accounts": queries.accounts_of(request.user), "form": form, "now": timezone.now()}
    return render(request, "treasury/payout_accounts.html", context, status=form.status)


@login_required
@require_POST
def remove_payout_account(request: SignedInRequest, reference: UUID) -> HttpResponse:
    service.remove_account(queries.account_of(request.user, reference))
    messages.success(request, _("The bank account was removed."))
    return redirect("treasury:payout_accounts")


def _said_of(is_usable: bool) -> str:
    if is_usable:
        return _("The bank account was added.")
    return _("The bank account was added. For your safety, withdrawals to it are possible from tomorrow on.")
