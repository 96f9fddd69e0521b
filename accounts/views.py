"""Pages about oneself. Signing in and out, passwords and two-factor are django-allauth's."""

from __future__ import annotations

from typing import cast

from allauth.account.internal.flows.signup import complete_signup
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from payments.exceptions import PaymentError

from . import queries, services
from .forms import ChangePinForm, NewPinForm, ProfileForm, SignUpForm
from .models import User


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Registers, signs in, and shows the PIN, once: in the answer to this very POST."""
    if request.user.is_authenticated:
        return redirect("home")
    if too_many := _too_many(request, "signup"):
        return too_many
    form = SignUpForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _sign_up_page(request, form)

    try:
        user, pin = services.register(**form.as_person())
    except services.NameTaken as taken:
        form.refuse_taken(taken.field)
        return _sign_up_page(request, form)
    except PaymentError as refusal:
        form.add_error(None, str(refusal))
        return _sign_up_page(request, form, status=refusal.http_status)

    answer = complete_signup(request, user=user)  # signed in, or sent to confirm the e-mail address first
    return _shown_once(request, pin, continue_to=answer.headers.get("Location", "/"))


@login_required
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """One's account at a look, with a way to change each part of it."""
    return render(request, "accounts/security.html", {"overview": queries.security_of(_me(request))})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=_me(request))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your profile was saved."))
        return redirect("profile")
    return render(request, "accounts/profile.html", {"form": form})


@sensitive_post_parameters()
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_pin(request: HttpRequest) -> HttpResponse:
    """To one of one's own choice, by the old one: a wrong one counts as it does when paying."""
    user, form, status = _me(request), ChangePinForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            user.verify_pin(form.cleaned_data["pin"])
        except PaymentError as refusal:
            form.add_error("pin", str(refusal))
            status = refusal.http_status
        else:
            user.set_pin(form.cleaned_data["new_pin"])
            messages.success(request, _("Your PIN was changed."))
            return redirect("security")
    return render(request, "accounts/change_pin.html", {"form": form}, status=status)


@sensitive_post_parameters()
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_pin(request: HttpRequest) -> HttpResponse:
    """Whoever knows the password gets a new PIN; allauth's limits on wrong passwords hold here, too."""
    if too_many := _too_many(request, "reauthenticate"):
        return too_many
    user = _me(request)
    form = NewPinForm(request.POST or None, user=user)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/new_pin.html", {"form": form})
    return _shown_once(request, user.issue_pin(), continue_to="/")


def _me(request: HttpRequest) -> User:
    return cast(User, request.user)


def _too_many(request: HttpRequest, action: str) -> HttpResponse | None:
    """429 once allauth's limit for `action` is used up; looking at the form costs nothing."""
    if request.method != "POST":
        return None
    user = request.user if request.user.is_authenticated else None
    return ratelimit.consume_or_429(request, action=action, user=user)


def _sign_up_page(request: HttpRequest, form: SignUpForm, *, status: int = 200) -> HttpResponse:
    return render(request, "account/signup.html", {"form": form}, status=status)


def _shown_once(request: HttpRequest, pin: str, *, continue_to: str) -> HttpResponse:
    """In clear in this answer and nowhere else: not in the session, not in any cache."""
    answer = render(request, "accounts/pin.html", {"pin": pin, "continue_to": continue_to})
    answer.headers["Cache-Control"] = "no-store"
    return answer
