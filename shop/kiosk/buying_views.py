"""What is done in a visit: a tap on a tile, a scan, an undo, a top-up on trust. Each answers with the visit's page."""

from __future__ import annotations

from uuid import UUID, uuid5

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from conversion.errors import NotFound
from conversion.money import Money
from payments.owners import wallet_of
from shop.products.models import Variant
from shop.products.queries import variant_of
from web.refusals import refusals_on

from . import buying, codes, queries, visits
from .access import KioskRequest, at_kiosk
from .errors import SignInFirst
from .forms import BuyForm, ScanForm, TopUpForm, UndoForm
from .views import page, visit_in


@sensitive_post_parameters("pin")
@require_POST
@at_kiosk
def buy(request: KioskRequest) -> HttpResponse:
    """One tap buys one. Where a PIN is needed, the answer is a page that asks for it."""
    form = BuyForm(_from_tile(request))
    if not form.is_valid() and not form.has_error("pin"):
        raise NotFound  # no page of ours sends this
    return _bought(request, form, variant_of(form.cleaned_data["variant"]))


@require_POST
@at_kiosk
def scan(request: KioskRequest) -> HttpResponse:
    """What was scanned decides: the sticker that ends the visit, a product, or a card."""
    form = ScanForm(request.POST, auto_id="scan_%s")
    if form.is_valid():
        with refusals_on(form):
            return _scanned(request, **form.cleaned_data)
    return page(request, form)


@require_POST
@at_kiosk
def undo(request: KioskRequest) -> HttpResponse:
    """Undoes what was done in this visit. Raises NotFound for anything else."""
    form = UndoForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            visit = visit_in(request, form)
            buying.undo_act(visit=visit, act=queries.act_of(visit, form.cleaned_data["act"]))
            return redirect("kiosk:start")
    return page(request, form)


@require_POST
@at_kiosk
def top_up(request: KioskRequest) -> HttpResponse:
    """Tops up on trust."""
    if request.visit is None:
        return redirect("kiosk:start")
    form = TopUpForm(request.POST, currency=wallet_of(request.visit.member).currency, auto_id="top_up_%s")
    if form.is_valid():
        with refusals_on(form):
            visit = visit_in(request, form)
            buying.top_up(visit=visit, amount=form.cleaned_data["amount"], key=form.cleaned_data["key"])
            return redirect("kiosk:start")
    return page(request, form)


def _scanned(request: KioskRequest, code: str, page: UUID) -> HttpResponse:
    code = codes.read(code)
    if code == codes.LEAVE:
        visits.leave(request.device)
    elif variant := buying.product_of(code):
        if (visit := request.visit) is None:
            raise SignInFirst
        if not queries.bought_just_now(visit, variant.pk, within_s=buying.ONCE_WITHIN_S):
            return _bought(request, BuyForm(buying.scanned(visit, code, variant, page)), variant)
    else:
        visits.begin_by_card(request.device, code, visit=request.visit)
    return redirect("kiosk:start")


def _bought(request: KioskRequest, form: BuyForm, variant: Variant) -> HttpResponse:
    """Buys what the form says. Otherwise, the page that asks for the PIN, or that of the visit with the refusal."""
    if form.is_valid():
        with refusals_on(form):
            visit = visit_in(request, form)
            buying.buy_one(
                visit=visit,
                variant=variant,
                shown=Money(form.cleaned_data["shown"], wallet_of(visit.member).currency),
                key=form.cleaned_data["key"],
                pin=form.cleaned_data["pin"],
            )
            return redirect("kiosk:start")
    return page(request, form, variant=variant)


def _from_tile(request: KioskRequest) -> dict[str, object]:
    """The fields of the form. A tile's button sends `buy`, as "variant.shown", and the key is that of the page."""
    fields = {name: value for name, value in request.POST.items() if isinstance(value, str)}
    if "buy" in fields:
        fields["variant"], _dot, fields["shown"] = fields["buy"].partition(".")
        try:
            fields["key"] = str(uuid5(UUID(fields.get("key", "")), fields["variant"]))
        except ValueError as error:
            raise NotFound from error
    return dict(fields)
