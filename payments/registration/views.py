"""The sign-up page."""

from __future__ import annotations

from allauth.account.internal.flows.signup import complete_signup
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.pins.views import shown_once
from web.limits import Limit, origin_of, take
from web.refusals import refusals_on

from . import service
from .forms import SignUpForm

SIGN_UPS = Limit("sign-ups from", 20, 60)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Registers the person, signs them in, and shows the PIN once, in the response to this POST.

    No redirect follows, because the PIN in clear text is stored nowhere.
    """
    if request.user.is_authenticated:
        return redirect("home")
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with refusals_on(form):
                take(SIGN_UPS, origin_of(request))
                user, pin = service.register(**form.as_person())
                return _signed_up(request, user, pin)
        except service.NameTaken as taken:
            form.refuse_taken(taken.field)
    return render(request, "account/signup.html", {"form": form}, status=form.status)


def _signed_up(request: HttpRequest, user: User, pin: str) -> HttpResponse:
    answer = complete_signup(request, user=user)  # signs in, or asks to confirm the e-mail address first
    return shown_once(request, pin, continue_to=answer.headers.get("Location", "/"))
