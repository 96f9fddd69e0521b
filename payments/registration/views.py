"""Signing up."""

from __future__ import annotations

from allauth.account.internal.flows.signup import complete_signup
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.pins.views import shown_once
from conversion.errors import PaymentError
from web.rate_limits import too_many

from . import service
from .forms import SignUpForm


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Registers, signs in, and shows the PIN, once: in the answer to this very POST."""
    if request.user.is_authenticated:
        return redirect("home")
    if answer := too_many(request, "signup"):
        return answer
    form = SignUpForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _sign_up_page(request, form)

    try:
        user, pin = service.register(**form.as_person())
    except service.NameTaken as taken:
        form.refuse_taken(taken.field)
        return _sign_up_page(request, form)
    except PaymentError as refusal:
        form.add_error(None, str(refusal))
        return _sign_up_page(request, form, status=refusal.http_status)

    answer = complete_signup(request, user=user)  # signed in, or sent to confirm the e-mail address first
    return shown_once(request, pin, continue_to=answer.headers.get("Location", "/"))


def _sign_up_page(request: HttpRequest, form: SignUpForm, *, status: int = 200) -> HttpResponse:
    return render(request, "account/signup.html", {"form": form}, status=status)
