"""Staff's pages about kiosks: devices are enrolled and revoked, and cards attached to members and revoked."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.people.access import role_required
from accounts.people.requests import SignedInRequest
from accounts.people.roles import OVERSEERS, STAFF, TREASURY
from web.paging import id_in
from web.refusals import a_page, refusals_as_messages, refusals_on

from . import codes, queries, service
from .forms import AttachForm, AttachUnknownForm, DeviceForm
from .models import UnknownTag
from .roles import CARD_DESK

CARDS_SHOWN = 30


@never_cache
@role_required(*OVERSEERS)
@a_page
def kiosks(request: SignedInRequest) -> HttpResponse:
    """The devices, and a form for another one. Its answer shows the code, which is in this answer alone."""
    _require_role(request, TREASURY)
    form = DeviceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        device, code = service.new_device(by=request.user, **form.cleaned_data)
        context = {
            "device": device,
            "code": f"{code[:4]}-{code[4:]}",
            "page": request.build_absolute_uri(reverse("kiosk:enrol")),
        }
        return render(request, "staff/kiosk_code.html", context)
    context = {
        "form": form,
        "devices": queries.devices(),
        "has_kiosks": bool(queries.kiosks()),
        "now": timezone.now(),
        "leave_code": codes.LEAVE,
        "may_change": request.user.role in TREASURY,
    }
    return render(request, "staff/kiosks.html", context, status=form.status)


@role_required(*TREASURY)
@require_POST
def revoke_kiosk(request: SignedInRequest, reference: UUID) -> HttpResponse:
    device = queries.device_by(reference)
    service.revoke_device(device)
    messages.success(request, _("%(name)s is revoked: nobody can buy there any more.") % {"name": device.name})
    return redirect("staff:kiosks")


@role_required(*STAFF)
@a_page
def kiosk_cards(request: SignedInRequest) -> HttpResponse:
    """The cards that kiosks did not know, each to be attached to a member; a form for a card at hand; all cards."""
    _require_role(request, CARD_DESK)
    form = AttachForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            return _attached(request, form.cleaned_data["member"].owner, code=form.cleaned_data["code"])
    return _cards(request, form)


@role_required(*CARD_DESK)
@require_POST
def attach_card(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Attaches an unknown card: with one tap to the member in whose visit it was read, else to whom staff name."""
    unknown = queries.unknown_tag(reference)
    if unknown.member is not None and "member" not in request.POST:
        with refusals_as_messages(request):
            return _attached(request, unknown.member, unknown=unknown)
        return redirect("staff:kiosk_cards")
    form = AttachUnknownForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            return _attached(request, form.cleaned_data["member"].owner, unknown=unknown)
    messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("staff:kiosk_cards")


@role_required(*TREASURY)
@require_POST
def revoke_card(request: SignedInRequest, reference: UUID) -> HttpResponse:
    tag = queries.tag_by(reference)
    service.revoke_tag(tag)
    messages.success(request, _("The card is revoked. It opens no kiosk any more."))
    return redirect("staff:kiosk_cards")


def _require_role(request: SignedInRequest, roles: tuple[str, ...]) -> None:
    """For a POST to a page that more roles may read. Raises PermissionDenied."""
    if request.method == "POST" and request.user.role not in roles:
        raise PermissionDenied


def _attached(
    request: SignedInRequest, member: User, *, unknown: UnknownTag | None = None, code: str = ""
) -> HttpResponse:
    service.attach(member=member, by=request.user, unknown=unknown, code=code)
    messages.success(request, _("The card now belongs to %(name)s.") % {"name": member.get_full_name()})
    return redirect("staff:kiosk_cards")


def _cards(request: SignedInRequest, form: AttachForm) -> HttpResponse:
    before = id_in(request, "before")
    found = queries.newest_tags(before=before, limit=CARDS_SHOWN + 1)
    context = {
        "form": form,
        "unknown": queries.unknown_tags(),
        "tags": found[:CARDS_SHOWN],
        "older": found[CARDS_SHOWN - 1].pk if len(found) > CARDS_SHOWN else None,
        "before": before,
        "may_attach": request.user.role in CARD_DESK,
        "may_revoke": request.user.role in TREASURY,
    }
    return render(request, "staff/kiosk_cards.html", context, status=form.status)
