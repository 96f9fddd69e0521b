"""The pages My account and Profile. The pages for sign-in, passwords and two-factor come from django-allauth."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.stages import EmailVerificationStage, LoginStageController
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import EmailView
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from web.limits import Limit, take
from web.refusals import refusals_on

from . import addresses
from .access import lacks_second_factor
from .forms import AnotherAddressForm, ProfileForm
from .letters import count_confirmation
from .requests import SignedInRequest
from .security import security_of

ADDRESSES = Limit("addresses of", 5, 3600)


class Address(EmailView):
    """allauth's page of one's address. Its button that sends the letter again has a limit, too."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "action_send" in request.POST:
            count_confirmation(request, request.POST.get("email", ""))
        return super().post(request, *args, **kwargs)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def address_unconfirmed(request: HttpRequest) -> HttpResponse:
    """Tells a person who has just signed up or in that an address must be confirmed first. It takes another one.

    The page is the same whether another account has the address or nobody has. So it does not say who is a member.
    """
    stage = LoginStageController.enter(request, EmailVerificationStage.key)
    form = AnotherAddressForm(request.POST or None)
    if stage and request.method == "POST" and form.is_valid():
        with refusals_on(form):
            take(ADDRESSES, stage.login.user.pk)  # the adapter limits the letters
            address = addresses.replace_unconfirmed(stage.login.user, form.cleaned_data["email"])
            if address is None:  # confirmed meanwhile, perhaps on another device
                return redirect("account_login")
            send_verification_email_to_address(request, address)
            return redirect("account_email_verification_sent")
    context = {"form": form, "address": stage and addresses.typed_by(stage.login.user)}
    return render(request, "account/verification_sent.html", context, status=form.status)


@login_required
@require_safe
def security(request: SignedInRequest) -> HttpResponse:
    """Shows the user's account, with a link to change each part of it."""
    return render(request, "accounts/security.html", {"overview": security_of(request.user)})


@login_required
@never_cache
@require_safe
def second_factor(request: SignedInRequest) -> HttpResponse:
    """Explains to staff why they need a second factor, and leads to where it is set up, or its code is typed."""
    back = get_next_redirect_url(request) or reverse("home")
    if not lacks_second_factor(request):
        return HttpResponseRedirect(back)  # `redirect` would take a word for the name of a page
    types = set(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    ways = {
        Authenticator.Type.TOTP: "mfa_reauthenticate",
        Authenticator.Type.WEBAUTHN: "mfa_reauthenticate_webauthn",
    }
    context = {"back": back, "ways": {way: reverse(page) for way, page in ways.items() if way in types}}
    return render(request, "accounts/second_factor.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: SignedInRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your profile was saved."))
        return redirect("profile")
    return render(request, "accounts/profile.html", {"form": form})
