"""The member's page about kiosks, under My account: what they choose, and their cards."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.people.requests import SignedInRequest
from conversion.errors import NotFound
from payments.owners import wallet_of
from web.refusals import a_page

from . import queries, service
from .forms import ChoiceForm


@login_required
@a_page
def kiosk(request: SignedInRequest) -> HttpResponse:
    """Raises NotFound for a bank, which has no wallet."""
    wallet_of(request.user)
    choice = queries.choice_of(request.user)
    initial = {"in_list": choice.in_list, "always_pin": choice.always_pin}
    form = ChoiceForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        service.choose(request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("shop:kiosk")
    context = {"form": form, "tags": queries.tags_of(request.user), "short_name": queries.short_name(request.user)}
    return render(request, "shop/kiosk/own.html", context, status=form.status)


@login_required
@require_POST
def revoke_own_tag(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """A lost card. Raises NotFound for somebody else's."""
    tag = service.own_tag(request.user, reference)
    if tag is None:
        raise NotFound
    service.revoke_tag(tag)
    messages.success(request, _("The card is revoked. It opens no kiosk any more."))
    return redirect("shop:kiosk")
