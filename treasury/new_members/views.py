"""The page on which administrators let people in: they decide about those who wait, and make invitations."""

from __future__ import annotations

import logging
from collections.abc import Callable
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.people import addresses
from accounts.people.access import role_required
from accounts.people.requests import SignedInRequest
from accounts.people.roles import ADMINISTRATORS
from conversion.errors import NotFound
from payments.registration import approvals, invitations, queries
from web.refusals import a_page, refusals_as_messages, refusals_on

from .forms import InvitationForm

log = logging.getLogger(__name__)
PAST_SHOWN = 30


@never_cache
@role_required(*ADMINISTRATORS)
@a_page
def new_members(request: SignedInRequest) -> HttpResponse:
    """Shows who waits and which invitations there are. A new invitation's link is in the answer to the POST alone."""
    form, link = InvitationForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            _invitation, secret = invitations.invite(name=form.cleaned_data["name"], maker=request.user)
            link = request.build_absolute_uri(reverse("sign_up_invited", args=[secret]))
    waiting = list(queries.waiting())
    addresses.with_typed(each.user for each in waiting)
    context = {
        "form": InvitationForm() if link else form,
        "link": link,
        "days": invitations.LIFE.days,
        "waiting": waiting,
        "open": queries.open_invitations(),
        "past": queries.past_invitations()[:PAST_SHOWN],
        "sign_up": settings.SIGN_UP,
    }
    return render(request, "staff/new_members.html", context, status=form.status)


@role_required(*ADMINISTRATORS)
@require_POST
def approve(request: SignedInRequest, reference: UUID) -> HttpResponse:
    return _decide(request, reference, approvals.approve, "approved", done=_("%(name)s is a member now."))


@role_required(*ADMINISTRATORS)
@require_POST
def decline(request: SignedInRequest, reference: UUID) -> HttpResponse:
    return _decide(request, reference, approvals.decline, "declined", done=_("%(name)s was declined."))


@role_required(*ADMINISTRATORS)
@require_POST
def revoke(request: SignedInRequest, reference: UUID) -> HttpResponse:
    if not invitations.revoke(reference):
        raise NotFound
    messages.success(request, _("The invitation no longer works."))
    return redirect("staff:new_members")


def _decide(
    request: SignedInRequest, reference: UUID, act: Callable[..., None], decision: str, *, done: str
) -> HttpResponse:
    """Decides by `act`, says so with `done`, and sends the mail of this `decision`."""
    application = queries.application(reference)
    with refusals_as_messages(request):
        act(application, by=request.user)
        messages.success(request, done % {"name": application.user.get_full_name()})
        _tell(request, application.user, decision)
    return redirect("staff:new_members")


def _tell(request: HttpRequest, user: User, decision: str) -> None:
    """Sends the mail to the address that the person typed. Nobody could sign in to confirm it before the decision.

    The decision stands, also where the mail server does not answer: then the administrator tells the person.
    """
    context = {"user": user, "login_url": request.build_absolute_uri(reverse("account_login"))}
    try:
        get_adapter(request).send_mail(f"account/email/sign_up_{decision}", addresses.typed_by(user), context)
    except OSError:
        log.warning("the mail about the decision on user %s was not sent", user.pk, exc_info=True)
        messages.warning(request, _("The e-mail could not be sent. Please tell the person yourself."))
