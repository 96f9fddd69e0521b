"""The pages for signing up."""

from __future__ import annotations

from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.internal.flows.signup import complete_signup
from allauth.account.models import EmailAddress
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.pins.views import shown_once
from conversion.errors import NotAllowed
from web.limits import Limit, origin_of, take
from web.refusals import refusals_on

from . import invitations, service
from .forms import OwnSignUpForm

SIGN_UPS = Limit("sign-ups from", 20, 60)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest, invitation: str = "") -> HttpResponse:
    """Registers the person, signs them in, and shows the PIN once, in the response to this POST.

    No redirect follows, because the PIN in clear text is stored nowhere. `invitation` is the secret of one, or "".
    """
    if request.user.is_authenticated:
        return redirect("home")
    try:
        invitations.require_may_sign_up(invitation)
    except NotAllowed as refusal:
        status = 403 if request.method == "POST" else 200
        return render(request, "account/signup_closed.html", {"refusal": refusal}, status=status)
    form = OwnSignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            take(SIGN_UPS, origin_of(request))
            if answer := _registered(request, form, invitation):
                return answer
    context = {"form": form, "must_wait": invitations.must_wait(invitation)}
    return render(request, "account/signup.html", context, status=form.status)


@require_safe
def waits(request: HttpRequest) -> HttpResponse:
    """What happens next, for a person who signed up and waits for approval."""
    return render(request, "account/signup_waits.html", {"is_mailed": _must_confirm()})


def _registered(request: HttpRequest, form: OwnSignUpForm, invitation: str) -> HttpResponse | None:
    """Registers the person. None: the name is taken, or an address that counts at once, and the form says so."""
    try:
        if invitations.must_wait(invitation):
            user, pin = service.apply(**form.as_person())
            return _waiting(request, EmailAddress.objects.get(user=user), pin)
        user, pin = service.register(**form.as_person(), invitation=invitation)
    except service.NameTaken as taken:
        form.refuse_taken(taken.field)
        return None
    answer = complete_signup(request, user=user)  # signs in, or asks to confirm the e-mail address first
    return shown_once(request, pin, continue_to=answer.headers.get("Location", "/"))


def _waiting(request: HttpRequest, address: EmailAddress, pin: str) -> HttpResponse:
    """Nobody is signed in, so the mail that confirms an address is sent here."""
    if _must_confirm():
        send_verification_email_to_address(request, address, signup=True)
    return shown_once(request, pin, continue_to=reverse("sign_up_waits"))


def _must_confirm() -> bool:
    return bool(settings.ACCOUNT_EMAIL_VERIFICATION == "mandatory")
