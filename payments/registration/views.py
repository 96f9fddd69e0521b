"""The sign-up page."""

from __future__ import annotations

from allauth.account.internal.flows.signup import complete_signup, prevent_enumeration
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.pins.views import shown_once
from web.rate_limits import too_many
from web.refusals import refusals_on

from . import service
from .forms import OwnSignUpForm


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Registers the person, signs them in, and shows the PIN once, in the response to this POST.

    No redirect follows, because the PIN in clear text is stored nowhere.
    """
    if request.user.is_authenticated:
        return redirect("home")
    if answer := too_many(request, "signup"):
        return answer
    form = OwnSignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            if answer := _registered(request, form) or _pretended(request, form):
                return answer
    return render(request, "account/signup.html", {"form": form}, status=form.status)


def _registered(request: HttpRequest, form: OwnSignUpForm) -> HttpResponse | None:
    """Registers the person. None: the name or the address is taken, and the form says so or knows it."""
    if form.address_is_taken:
        return None
    try:
        return _signed_up(request, *service.register(**form.as_person()))
    except service.NameTaken as taken:
        form.refuse_taken(taken.field)
        return None


def _pretended(request: HttpRequest, form: OwnSignUpForm) -> HttpResponse | None:
    """The same page as for a new person, if the address is taken. Its owner is told by mail."""
    if not form.address_is_taken:
        return None
    person = form.as_person()
    pin = service.register_nobody(**person)
    answer = prevent_enumeration(request, email=person["email"])
    return shown_once(request, pin, continue_to=answer.headers["Location"])


def _signed_up(request: HttpRequest, user: User, pin: str) -> HttpResponse:
    answer = complete_signup(request, user=user)  # signs in, or asks to confirm the e-mail address first
    return shown_once(request, pin, continue_to=answer.headers.get("Location", "/"))
