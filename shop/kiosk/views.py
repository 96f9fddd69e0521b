"""The pages of a device: enrolling it, the start page, and the page of a visit. Nobody is signed in at them."""

from __future__ import annotations

from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from conversion.money import Money
from payments.owners import wallet_of
from payments.top_ups.service import are_on
from shop.debts.standing import standing_of
from shop.products.models import Variant
from shop.rules.queries import current
from shop.storefront.queries import Tiles, habits, listed, sections
from web.limits import origin_of
from web.refusals import RefusableForm, a_page, refusals_on

from . import queries, service, visits
from .access import KioskRequest, at_kiosk, keep_token
from .errors import VisitOver
from .forms import BuyForm, EnrolForm, ScanForm, TopUpForm, VisitForm, VisitPinForm, WhoForm
from .models import Visit

REFUSAL_SHOWN_S = 15  # on the start page, where the next person comes


@never_cache
@a_page
def enrol(request: HttpRequest) -> HttpResponse:
    """Makes this browser a device of a kiosk, by a code from staff. Whoever is signed in with it is signed out."""
    form = EnrolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            token = service.enrol(form.cleaned_data["code"], origin=origin_of(request))
            request.session.flush()
            answer = redirect("kiosk:start")
            keep_token(answer, token)
            return answer
    return render(request, "shop/kiosk/enrol.html", {"form": form}, status=form.status)


@require_safe
@at_kiosk
def start(request: KioskRequest) -> HttpResponse:
    """The list of names and the field for cards; during a visit, its page. It changes nothing."""
    return page(request)


@require_POST
@at_kiosk
def sign_in(request: KioskRequest) -> HttpResponse:
    """A tap on a name. The visit begins, and its page asks for the PIN where that is needed."""
    form = WhoForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            visits.begin_by_list(request.device, form.cleaned_data["who"])
            return redirect("kiosk:start")
    return page(request, form)


@sensitive_post_parameters("pin")
@require_POST
@at_kiosk
def pin(request: KioskRequest) -> HttpResponse:
    """The PIN, once for the visit."""
    form = VisitPinForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            visits.prove(visit_in(request, form), form.cleaned_data["pin"])
            return redirect("kiosk:start")
    return page(request, form)


@require_POST
@at_kiosk
def leave(request: KioskRequest) -> HttpResponse:
    """Ends the visit. A page of an earlier visit ends nothing."""
    form = VisitForm(request.POST)
    if form.is_valid() and request.visit and form.cleaned_data["visit"] == request.visit.reference:
        visits.leave(request.device)
    return redirect("kiosk:start")


def visit_in(request: KioskRequest, form: RefusableForm) -> Visit:
    """The visit at the device, if the form belongs to it. Raises VisitOver."""
    if request.visit is None or request.visit.reference != form.cleaned_data["visit"]:
        request.visit = None  # what is shown with the refusal is the start page
        raise VisitOver
    return request.visit


def page(request: KioskRequest, form: RefusableForm | None = None, *, variant: Variant | None = None) -> HttpResponse:
    """The page of the device as it is now, with what was refused. `variant` is what could not be bought.

    It loads itself again when the visit is over, without JavaScript.
    """
    form, visit, point = form or RefusableForm(), request.visit, request.device.sale_point
    context = {"form": form, "device": request.device, "sale_point": point, "page_key": uuid4(), "visit": visit}
    if visit is None:
        context |= {"names": queries.names() if point.signs_in_by_list else [], "scan": ScanForm(auto_id="scan_%s")}
        answer = render(request, "shop/kiosk/start.html", context, status=form.status)
        return _until_s(answer, REFUSAL_SHOWN_S) if form.is_bound else answer
    if request.method == "POST":
        visits.touch(visit)
    context["name"] = visit.member.first_name
    if queries.waits_for_pin(visit):
        own = form if isinstance(form, VisitPinForm) else VisitPinForm()
        answer = render(request, "shop/kiosk/pin.html", context | {"form": own}, status=form.status)
    elif variant and isinstance(form, BuyForm) and form.has_error("pin"):
        price = Money(form.cleaned_data["shown"], wallet_of(visit.member).currency)
        context |= {"variant": variant, "price": price}
        answer = render(request, "shop/kiosk/confirm.html", context, status=form.status)
    else:
        answer = render(request, "shop/kiosk/visit.html", context | _shown_in(visit, form), status=form.status)
    return _until_s(answer, point.idle_s + 1)


def _until_s(answer: HttpResponse, seconds: int) -> HttpResponse:
    """The header does what the `meta` tag of this name does, and is no part of the page."""
    answer.headers["Refresh"] = f"{seconds}; url={reverse('kiosk:start')}"
    return answer


def _shown_in(visit: Visit, form: RefusableForm) -> dict[str, object]:
    """What the page of a visit shows: what was done in it, the tiles, and how much money there is in words."""
    wallet, point, rules = wallet_of(visit.member), visit.device.sale_point, current()
    recent, often = habits(visit.member_id, rules)
    shown: dict[str, object] = {"done": queries.done_in(visit), "standing": standing_of(wallet, rules)}
    shown["hides_amounts"] = not point.shows_amounts
    failed = RefusableForm({})
    failed.is_valid()
    with refusals_on(failed):  # the conversion service may be down
        tiles = Tiles(listed(point), point, wallet)
        shown |= {"recent": tiles.of(recent), "often": tiles.of([one for one in often if one not in recent])}
        shown["sections"] = sections(tiles.by_variant())
    top_up = form if isinstance(form, TopUpForm) else TopUpForm(currency=wallet.currency, auto_id="top_up_%s")
    return shown | {"failed": failed, "top_up": top_up if are_on() else None, "scan": ScanForm(auto_id="scan_%s")}
