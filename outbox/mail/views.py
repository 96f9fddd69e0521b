"""The page on which administrators see whether mail leaves, and try again."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.people.access import role_required
from accounts.people.requests import SignedInRequest
from accounts.people.roles import ADMINISTRATORS
from conversion.errors import NotFound
from conversion.readings import in_words

from . import queries, service

SHOWN = 50


@never_cache
@role_required(*ADMINISTRATORS)
@require_safe
def outbox(request: SignedInRequest) -> HttpResponse:
    """Shows how many letters wait and for how long, the errors, and the letters that were given up."""
    waits_s = queries.oldest_wait_s()
    context = {
        "counts": queries.counts(),
        "oldest": in_words(waits_s) if waits_s else "",
        "trouble": [(mail, queries.masked(mail.address)) for mail in queries.in_trouble(SHOWN)],
        "dead": [(mail, queries.masked(mail.address)) for mail in queries.dead(SHOWN)],
    }
    return render(request, "staff/outbox.html", context)


@role_required(*ADMINISTRATORS)
@require_POST
def try_all_again(request: SignedInRequest) -> HttpResponse:
    many = service.try_again()
    said = ngettext("%(count)d letter is tried again now.", "%(count)d letters are tried again now.", many)
    messages.success(request, said % {"count": many})
    return redirect("staff:outbox")


@role_required(*ADMINISTRATORS)
@require_POST
def try_one_again(request: SignedInRequest, reference: UUID) -> HttpResponse:
    if not service.try_again(reference):
        raise NotFound
    messages.success(request, _("The letter is tried again now."))
    return redirect("staff:outbox")


@role_required(*ADMINISTRATORS)
@require_POST
def test_letter(request: SignedInRequest) -> HttpResponse:
    if not request.user.email:
        messages.error(request, _("You have no confirmed e-mail address to which it could be sent."))
        return redirect("staff:outbox")
    service.write_test_letter(request.user, site=settings.SITE_NAME)
    messages.success(request, _("A test letter to %(address)s waits to be sent.") % {"address": request.user.email})
    return redirect("staff:outbox")
