"""Staff's pages of sale points: all of them, and one with its policy."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.people.access import role_required
from accounts.people.requests import SignedInRequest
from accounts.people.roles import OVERSEERS, TREASURY
from conversion.errors import NotFound
from conversion.money import currency
from web.refusals import a_page, refusals_on

from . import service
from .forms import NewSalePointForm, SalePointForm
from .models import SalePoint


@role_required(*OVERSEERS)
@a_page
def sale_points(request: SignedInRequest) -> HttpResponse:
    """All sale points, and the form for another one. It begins with a PIN for every purchase."""
    form = NewSalePointForm(request.POST or None)
    if request.method == "POST":
        _require_treasury(request)
        if form.is_valid():
            with refusals_on(form):
                typed = form.cleaned_data
                made = service.make_sale_point(
                    name=typed["name"], kind=typed["kind"], currency=currency(typed["currency"]), by=request.user
                )
                messages.success(
                    request, _("The sale point was made. It asks for the PIN always, until you change it.")
                )
                return redirect("staff:shop_sale_point", made.reference)
    found = SalePoint.objects.annotate(many=Count("listings")).order_by("name")
    context = {"sale_points": found, "form": form, "may_change": request.user.role in TREASURY}
    return render(request, "shop/manage/sale_points.html", context, status=form.status)


@role_required(*OVERSEERS)
@a_page
def sale_point(request: SignedInRequest, reference: UUID) -> HttpResponse:
    if (found := SalePoint.objects.filter(reference=reference).first()) is None:
        raise NotFound
    unit = currency(found.currency_code)
    form = SalePointForm(request.POST or None, currency=unit, initial=_present(found))
    if request.method == "POST":
        _require_treasury(request)
        if form.is_valid():
            with refusals_on(form):
                service.change_sale_point(found, by=request.user, **form.values)
                messages.success(request, _("Saved."))
                return redirect("staff:shop_sale_point", reference)
    context = {
        "sale_point": found,
        "form": form,
        "may_change": request.user.role in TREASURY,
        "listings": found.listings.select_related("product").order_by("section", "position", "product__name")[:300],
        "changes": found.changes.select_related("made_by").order_by("-pk")[:50],
    }
    return render(request, "shop/manage/sale_point.html", context, status=form.status)


def _present(found: SalePoint) -> dict[str, Any]:
    fields = (
        "name",
        "is_open",
        "pin",
        "idle_s",
        "shows_amounts",
        "signs_in_by_list",
        "signs_in_by_card",
        "confirms_age",
    )
    limits = {limit: f"{getattr(found, limit).decimal:f}" for limit in ("no_pin_up_to", "no_pin_per_visit")}
    return {field: getattr(found, field) for field in fields} | limits


def _require_treasury(request: SignedInRequest) -> None:
    if request.user.role not in TREASURY:
        raise PermissionDenied
