from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.people.requests import SignedInRequest
from conversion.errors import NotFound
from payments.owners import wallet_of
from web.refusals import a_page, refusals_as_messages, refusals_on

from . import service
from .errors import TopUpsAreOff
from .forms import TopUpForm
from .ways import ways_for


@login_required
@a_page
def top_up(request: SignedInRequest) -> HttpResponse:
    """The page to top up on trust, with the daily cap and how much of it is left.

    It also shows the other ways, such as a bank transfer. Without any way the page does not exist. A form that was
    opened before top-ups on trust were switched off is refused.
    """
    wallet = wallet_of(request.user)
    ways = ways_for(request.user, wallet)
    if not service.are_on():
        if request.method == "POST":
            raise PermissionDenied(TopUpsAreOff.message)
        if not ways:
            raise NotFound
        return render(request, "payments/top_up.html", {"ways": ways})
    form, cap, left = TopUpForm(request.POST or None, currency=wallet.currency), None, None
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            transfer = service.top_up_on_trust(member=request.user, **form.cleaned_data)
            messages.success(request, _("Topped up."))
            return redirect("payments:receipt", transfer.reference)
    with refusals_as_messages(request, messages.WARNING):  # the form works without these two amounts
        cap, left = service.left_today(request.user)
    context = {"form": form, "wallet": wallet, "cap": cap, "left": left, "ways": ways}
    return render(request, "payments/top_up.html", context, status=form.status)
