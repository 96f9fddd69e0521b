"""The pages of a stock: all that is counted, one variant's moves, and stock-takes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.people.requests import SignedInRequest
from conversion.errors import NotFound, PaymentError
from ledger.models import Wallet
from shop.desks import Desk
from shop.products.models import Variant
from shop.products.queries import found_in, variants_of
from web.paging import PAGE, id_in
from web.refusals import RefusableForm, a_page, refusals_on, show

from . import counting, queries, service
from .forms import STRICT, CountsForm, HowForm, MoveForm
from .models import Stock, StockMove, StockTake

MOST_COUNTED = 300  # fields on one page


@a_page
def stock(request: SignedInRequest, desk: Desk) -> HttpResponse:
    """Everything that is counted, and the button that begins a stock-take of all of it."""
    if request.method == "POST":
        desk.require_change()
        made = counting.begin(by=request.user, seller=desk.seller)
        return redirect(desk.address("stock_take", made.reference))
    variants = list(desk.own(queries.counted_variants(), "product__seller")[:MOST_COUNTED])
    takes = desk.own(StockTake.objects.select_related("made_by", "variant__product"), "seller").order_by("-pk")
    context = {
        "desk": desk,
        "variants": variants,
        "left": queries.left(variant.pk for variant in variants),
        "stock_takes": takes[:PAGE],
    }
    return render(request, "shop/manage/stock.html", context)


@a_page
def variant_stock(request: SignedInRequest, desk: Desk, reference: UUID) -> HttpResponse:
    found = found_in(desk.own(variants_of(), "product__seller"), reference)
    if request.method == "POST":
        desk.require_change()
    now = Stock.objects.filter(pk=found.pk).first()
    step = request.POST.get("step", "none") if request.method == "POST" else ""
    typed = request.POST if step else None
    how = "strict" if now is None or now.strict else "trust"
    forms: dict[str, RefusableForm] = {
        "how": HowForm(typed if step == "how" else None, prefix="how", initial={"how": how}),
        "delivery": MoveForm(typed if step == "delivery" else None, prefix="delivery"),
        "waste": MoveForm(typed if step == "waste" else None, prefix="waste"),
    }
    if step == "take" and now:
        made = counting.begin(by=request.user, seller=desk.seller, variant=found)
        return redirect(desk.address("stock_take", made.reference))
    if step in forms and forms[step].is_valid():
        with refusals_on(forms[step]):
            messages.success(request, _change(found, step, forms[step], request))
            return redirect(desk.address("variant_stock", reference))
    rows = list(queries.moves_of(found, before=id_in(request, "before"))[: PAGE + 1])
    context = {
        "desk": desk,
        "variant": found,
        "stock": now,
        "left": queries.left([found.pk]).get(found.pk),
        "forms": forms,
        "moves": rows[:PAGE],
        "older": rows[PAGE - 1].pk if len(rows) > PAGE else None,
    }
    status = max(form.status for form in forms.values())
    return render(request, "shop/manage/variant_stock.html", context, status=status)


@a_page
def stock_take(request: SignedInRequest, desk: Desk, reference: UUID) -> HttpResponse:
    """The list to fill in. It does not show what is expected: who knows the number finds it."""
    found = found_in(desk.own(StockTake.objects.select_related("made_by"), "seller"), reference)
    counts = {row.variant_id: row for row in found.counts.select_related("made_by")}
    variants = list(_variants(found, desk.seller)[:MOST_COUNTED])
    open_ones = [variant for variant in variants if variant.pk not in counts]
    form = CountsForm(request.POST or None, variants=open_ones)
    if request.method == "POST":
        desk.require_change()
        if form.is_valid() and _count(request, found, form, open_ones):
            return redirect(desk.address("stock_take", reference))
    context = {
        "desk": desk,
        "stock_take": found,
        "form": form,
        "rows": [(variant, counts.get(variant.pk), _field(form, variant)) for variant in variants],
        "is_open": bool(open_ones),
        "since": queries.moved_since(found, [variant.pk for variant in open_ones]),
    }
    return render(request, "shop/manage/stock_take.html", context, status=form.status)


def _variants(found: StockTake, seller: Wallet | None) -> QuerySet[Variant]:
    variants = queries.counted_variants()
    if found.variant_id:
        variants = variants.filter(pk=found.variant_id)
    return variants.filter(product__seller=seller) if seller else variants


def _field(form: CountsForm, variant: Variant) -> Any:
    name = f"v{variant.pk}"
    return form[name] if name in form.fields else None


def _count(request: SignedInRequest, found: StockTake, form: CountsForm, variants: list[Variant]) -> bool:
    """Counts what was typed. What is refused is shown beside its field, and what was stored before stays stored."""
    stored = 0
    for variant in variants:
        if (counted := form.typed(variant)) is None:
            continue
        try:
            counting.count(found, variant, counted, by=request.user)
            stored += 1
        except PaymentError as refusal:
            refusal.field = f"v{variant.pk}"
            show(refusal, form)
    if stored:
        text = ngettext("%(number)s count was stored.", "%(number)s counts were stored.", stored)
        messages.success(request, text % {"number": stored})
    return form.is_valid()


def _change(found: Variant, step: str, form: RefusableForm, request: SignedInRequest) -> str:
    typed = form.cleaned_data
    if step == "how":
        service.count(found, strict=typed["how"] == STRICT)
        return _("Saved. Now say how many are there: by a delivery, or by counting them.")
    reason = {"delivery": StockMove.Reason.DELIVERY, "waste": StockMove.Reason.WASTE}[step]
    if not Stock.objects.filter(pk=found.pk).exists():
        raise NotFound
    change = typed["many"] if step == "delivery" else -typed["many"]
    service.move(found, change, reason, by=request.user, key=typed["key"], note=typed["note"])
    return _("Saved.")
