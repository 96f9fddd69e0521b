"""A member's page of what they may owe."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.people.requests import SignedInRequest
from conversion.errors import NotFound
from ledger.kinds import MEMBER
from payments.owners import wallet_of

from .limits import has_own_limit
from .standing import standing_of


@login_required
@require_safe
def my_limit(request: SignedInRequest) -> HttpResponse:
    """How the member stands, and how much they may owe. Raises NotFound for a merchant, who owes nothing."""
    wallet = wallet_of(request.user)
    if wallet.purpose != MEMBER:
        raise NotFound
    context = {"standing": standing_of(wallet), "is_own": has_own_limit(wallet)}
    return render(request, "shop/debts/my_limit.html", context)
