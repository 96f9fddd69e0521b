"""The pages of a user's own access tokens: the list, a new token, and revoking one."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.people.access import lacks_second_factor, to_second_factor, used_second_factor
from accounts.people.requests import SignedInRequest
from accounts.people.roles import STAFF
from accounts.pins.errors import PinLimited
from api import calls
from conversion.errors import NotFound
from web.refusals import refusals_on

from . import service
from .forms import NewTokenForm
from .models import ApiToken


@login_required
@require_safe
def tokens(request: SignedInRequest) -> HttpResponse:
    needs_factor = settings.STAFF_SECOND_FACTOR and request.user.role in STAFF
    context = {"tokens": service.tokens_of(request.user), "now": timezone.now(), "needs_factor": needs_factor}
    return render(request, "accounts/tokens.html", context)


@login_required
@require_safe
def token_use(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Shows one token, and how many calls its programs made on each day."""
    token = service.tokens_of(request.user).filter(reference=reference).first()
    if token is None:
        raise NotFound
    context = {"token": token, "days": calls.days_of(token.credential), "now": timezone.now()}
    return render(request, "accounts/token_use.html", context)


@sensitive_post_parameters("pin")
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_token(request: SignedInRequest) -> HttpResponse:
    """Makes a token after the PIN. The secret is shown once, in the answer to this POST.

    Staff need the second factor, too: with the token, a program does what their role may do.
    """
    if lacks_second_factor(request):
        return to_second_factor(request)
    user, form = request.user, NewTokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            if user.verify_pin(form.cleaned_data["pin"]):
                raise PinLimited  # a program has no such limit
            token, secret = _issued(request, form)
            get_adapter().send_notification_mail("account/email/token_made", user, {"name": token.name})
            return _shown_once(request, token, secret)
    return render(request, "accounts/new_token.html", {"form": form}, status=form.status)


@login_required
@require_POST
def revoke_token(request: SignedInRequest, reference: UUID) -> HttpResponse:
    if not service.revoke(user=request.user, reference=reference):
        raise NotFound
    messages.success(request, _("Revoked. The token no longer works."))
    return redirect("tokens")


def _issued(request: SignedInRequest, form: NewTokenForm) -> tuple[ApiToken, str]:
    asked = form.cleaned_data
    return service.issue(
        user=request.user,
        name=asked["name"],
        scopes=asked["scopes"],
        lives=dt.timedelta(days=asked["days"]),
        with_second_factor=used_second_factor(request),
        networks=asked["networks"],
    )


def _shown_once(request: HttpRequest, token: ApiToken, secret: str) -> HttpResponse:
    answer = render(request, "accounts/token.html", {"token": token, "secret": secret})
    answer.headers["Cache-Control"] = "no-store"
    return answer
