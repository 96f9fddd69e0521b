"""The page on which a person takes over an account with its card."""

from __future__ import annotations

from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.models import EmailAddress
from allauth.account.utils import perform_login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.people.tries import count_try
from web.limits import give_back
from web.refusals import a_page, refusals_on

from . import service
from .forms import ClaimForm


@sensitive_post_parameters()
@never_cache
@a_page
def claim(request: HttpRequest) -> HttpResponse:
    """Signs the person in, and leads to a new PIN, since who printed the card has seen the first one.

    Tries count as those of signing in do: five for one person from one address.
    """
    if request.user.is_authenticated:
        return redirect("home")
    form = ClaimForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            tries = count_try(request, form.cleaned_data["username"])
            user = service.claim(**form.as_claim())
            give_back(tries)
            for address in EmailAddress.objects.filter(user=user, verified=False):
                send_verification_email_to_address(request, address)
            messages.success(request, _("The account is yours. Please choose a PIN that nobody else has seen."))
            return perform_login(request, user, redirect_url=reverse("change_pin"))
    return render(request, "accounts/claim.html", {"form": form}, status=form.status)
