"""The pages for changing the PIN, and for getting a new one with the password."""

from __future__ import annotations

import datetime as dt

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.people.access import used_second_factor
from accounts.people.requests import SignedInRequest
from accounts.people.tries import verify_password
from web.refusals import refusals_on

from .errors import PinPaused
from .forms import ChangePinForm, NewPinForm

PAUSE = dt.timedelta(hours=24)


@sensitive_post_parameters()
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_pin(request: SignedInRequest) -> HttpResponse:
    """Changes the PIN to one that the user chooses. A wrong current PIN counts as a wrong try, as when paying."""
    user, form = request.user, ChangePinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            user.verify_pin(form.cleaned_data["pin"])
            user.set_pin(form.cleaned_data["new_pin"])
            get_adapter().send_notification_mail("account/email/pin_changed", user)
            messages.success(request, _("Your PIN was changed."))
            return redirect("security")
    return render(request, "accounts/change_pin.html", {"form": form}, status=form.status)


@sensitive_post_parameters()
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_pin(request: SignedInRequest) -> HttpResponse:
    """Issues a new random PIN to a user who types the password. Wrong ones count as at sign-in."""
    user, form = request.user, NewPinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            require_no_pause(request)
            verify_password(request, form.cleaned_data["password"])
            pin = user.issue_pin()
            get_adapter().send_notification_mail("account/email/pin_changed", user)
            return shown_once(request, pin, continue_to="/")
    return render(request, "accounts/new_pin.html", {"form": form}, status=form.status)


def require_no_pause(request: SignedInRequest) -> None:
    """Raises PinPaused for some time after the password was reset by a letter: whoever reads the letters has no PIN.

    A second factor at this sign-in is the proof that is needed instead.
    """
    reset_at = request.user.password_reset_at
    if reset_at and timezone.now() < reset_at + PAUSE and not used_second_factor(request):
        raise PinPaused(reset_at + PAUSE)


def shown_once(request: HttpRequest, pin: str, *, continue_to: str) -> HttpResponse:
    """The page with the PIN in clear text. It is in this answer only: not in the session, and in no cache."""
    answer = render(request, "accounts/pin.html", {"pin": pin, "continue_to": continue_to})
    answer.headers["Cache-Control"] = "no-store"
    return answer
