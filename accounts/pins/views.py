"""The pages for changing the PIN, and for getting a new one with the password."""

from __future__ import annotations

import datetime as dt

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.people.access import used_second_factor
from accounts.people.requests import SignedInRequest
from accounts.people.roles import BANKS
from accounts.people.tries import verify_password
from conversion.errors import NotFound
from web.limits import Limit, origin_of, take
from web.refusals import refusals_as_messages, refusals_on

from . import service
from .errors import PinIsOfNoUse, PinPaused, ResetIsClosed
from .forms import ChangePinForm, CodeForm, KeepForm, NewPinForm
from .models import PinReset
from .queries import current_reset_of, reset_with

PAUSE = dt.timedelta(hours=24)
CODES = Limit("pin codes from", 10, 6)  # of 50 bits: nobody guesses one of the few that are valid
LETTER = "pin reset letter"
KEPT = gettext_lazy("Thank you. Your PIN pays all amounts again.")
STOPPED = gettext_lazy("Stopped. The PIN that was set with the code no longer works, and staff were told.")


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
            _require_pin_is_of_use(request)
            verify_password(request, form.cleaned_data["password"])
            pin = user.issue_pin()
            service.keep(user)  # with the password, this PIN needs no limit
            get_adapter().send_notification_mail("account/email/pin_changed", user)
            return shown_once(request, pin, continue_to="/")
    return render(request, "accounts/new_pin.html", {"form": form}, status=form.status)


def require_no_pause(request: SignedInRequest) -> None:
    """Raises PinPaused for some time after the password was reset by a letter: whoever reads the letters has no PIN.

    A second factor in this session is the proof that is needed instead, if it is older than the reset: whoever reads
    the letters can also set up a factor with the new password.
    """
    reset_at = request.user.password_reset_at
    if not reset_at or timezone.now() >= reset_at + PAUSE:
        return
    is_older = Authenticator.objects.filter(user=request.user, created_at__lt=reset_at).exists()
    if not (is_older and used_second_factor(request)):
        raise PinPaused(reset_at + PAUSE)


def _require_pin_is_of_use(request: SignedInRequest) -> None:
    """Raises PinIsOfNoUse for a bank: with a PIN it could make access tokens, which an administrator gives it."""
    if request.user.role in BANKS:
        raise PinIsOfNoUse


def shown_once(request: HttpRequest, pin: str, *, continue_to: str) -> HttpResponse:
    """The page with the PIN in clear text. It is in this answer only: not in the session, and in no cache."""
    answer = render(request, "accounts/pin.html", {"pin": pin, "continue_to": continue_to})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pin_with_code(request: HttpRequest) -> HttpResponse:
    """Sets a new PIN with a code from staff. It needs no sign-in: who comes here may have lost the password, too.

    So it works on any device, also on one at the bar, and shows nothing of whoever is signed in there.
    """
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            tried = take(CODES, origin_of(request))
            reset = service.use(code=form.cleaned_data["code"], pin=form.cleaned_data["new_pin"])
            tried.give_back()
            _send_letter(request, reset)
            return render(request, "accounts/pin_was_set.html", {"reset": reset})
    return render(request, "accounts/pin_with_code.html", {"form": form}, status=form.status)


@sensitive_post_parameters()
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pin_reset(request: SignedInRequest) -> HttpResponse:
    """Shows the reset of one's own PIN. It is confirmed with the password, and stopped without: a session is enough
    to make a PIN useless, never to make it stronger.
    """
    user, form = request.user, KeepForm(request.POST if request.POST.get("decision") == "keep" else None)
    reset = current_reset_of(user.pk)
    if request.method == "POST" and reset is not None:
        if request.POST.get("decision") == "stop":
            with refusals_as_messages(request):
                service.stop(reset)
                messages.success(request, STOPPED)
            return redirect("security")
        if form.is_valid():
            with refusals_on(form):
                require_no_pause(request)
                verify_password(request, form.cleaned_data["password"])
                service.keep(user)
                messages.success(request, KEPT)
                return redirect("security")
    return render(request, "accounts/pin_reset.html", {"form": form, "reset": reset}, status=form.status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pin_reset_letter(request: HttpRequest, token: str) -> HttpResponse:
    """The page of the link in the letter, for which nobody need be signed in: confirm that it was you, or stop it.

    Looking at it decides nothing, since programs look at the links in letters. Raises NotFound.
    """
    try:
        reset = reset_with(signing.loads(token, salt=LETTER))
    except signing.BadSignature as error:
        raise NotFound from error
    if request.method == "POST":
        with refusals_as_messages(request):
            if request.POST.get("decision") == "keep":
                if current_reset_of(reset.member_id) != reset or not service.keep(reset.member):
                    raise ResetIsClosed
                messages.success(request, KEPT)
            else:
                service.stop(reset)
                messages.success(request, STOPPED)
        return redirect(request.path)
    is_open = current_reset_of(reset.member_id) == reset
    return render(request, "accounts/pin_reset_letter.html", {"reset": reset, "is_open": is_open})


def _send_letter(request: HttpRequest, reset: PinReset) -> None:
    """Tells the person at their address, if it is confirmed: another's might be somebody else's."""
    address = EmailAddress.objects.filter(user=reset.member, verified=True).order_by("-primary").first()
    if address is not None:
        token = signing.dumps(str(reset.reference), salt=LETTER)
        link = request.build_absolute_uri(reverse("pin_reset_letter", args=[token]))
        context = {"user": reset.member, "link": link}
        get_adapter().send_notification_mail("account/email/pin_reset", reset.member, context, email=address.email)
