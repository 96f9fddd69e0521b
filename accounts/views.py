"""Pages about oneself. Signing in and out, passwords and two-factor are django-allauth's."""

from __future__ import annotations

from allauth.account.internal.flows.signup import complete_signup
from allauth.account.models import EmailAddress
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from payments.exceptions import PaymentError

from . import services
from .forms import NewPinForm, ProfileForm, SignUpForm


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Registers, signs in, and shows the PIN, once: in the answer to this very POST."""
    if request.user.is_authenticated:
        return redirect("home")
    form = SignUpForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "account/signup.html", {"form": form}, status=200)
    try:
        user, pin = services.register(**form.as_person())
    except services.NameTaken:
        form.add_error("username", _("This username or e-mail address was taken a moment ago. Please choose another."))
        return render(request, "account/signup.html", {"form": form})
    except PaymentError as refusal:
        form.add_error(None, str(refusal))
        return render(request, "account/signup.html", {"form": form}, status=refusal.http_status)
    EmailAddress.objects.add_email(request, user, user.email)
    answer = complete_signup(request, user=user, redirect_url=None, signal_kwargs={})
    return _shown_once(request, user, pin, continue_to=answer.headers.get("Location", "/"))


@login_required
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/security.html")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your profile was saved."))
        return redirect("profile")
    return render(request, "accounts/profile.html", {"form": form})


@sensitive_post_parameters()
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_pin(request: HttpRequest) -> HttpResponse:
    """Whoever knows the password gets a new PIN; allauth's limits on wrong passwords hold here, too."""
    from allauth.core import ratelimit

    form = NewPinForm(request.POST or None, user=request.user)
    if request.method != "POST":
        return render(request, "accounts/new_pin.html", {"form": form})
    if not ratelimit.consume(request, action="reauthenticate", user=request.user):
        raise PermissionDenied
    if not form.is_valid():
        return render(request, "accounts/new_pin.html", {"form": form})
    return _shown_once(request, request.user, request.user.issue_pin(), continue_to="/")


def _shown_once(request: HttpRequest, user, pin: str, *, continue_to: str) -> HttpResponse:
    answer = render(request, "accounts/pin.html", {"pin": pin, "person": user, "continue_to": continue_to})
    answer.headers["Cache-Control"] = "no-store"
    return answer
