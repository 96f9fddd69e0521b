"""The one page of all rules of the shop, with who set them and when."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.people.access import role_required
from accounts.people.requests import SignedInRequest
from accounts.people.roles import OVERSEERS, TREASURY
from conversion.money import Money, currency, format_money
from web.refusals import a_page

from . import service
from .forms import RulesForm, fields, label_of
from .models import Rules
from .queries import current

EARLIER = 30


@role_required(*OVERSEERS)
@a_page
def rules(request: SignedInRequest) -> HttpResponse:
    form = RulesForm(request.POST or None, now=current())
    if request.method == "POST":
        if request.user.role not in TREASURY:
            raise PermissionDenied
        if form.is_valid():
            service.set_rules(by=request.user, **form.cleaned_data)
            messages.success(request, _("These rules are in force from now on."))
            return redirect("staff:shop_rules")
    rows = list(Rules.objects.select_related("made_by").order_by("-pk")[: EARLIER + 1])
    befores = [*rows[1:], None]
    context = {
        "form": form,
        "may_change": request.user.role in TREASURY,
        "earlier": [(row, _changes(row, before)) for row, before in zip(rows, befores, strict=False)][:EARLIER],
    }
    return render(request, "shop/manage/rules.html", context, status=form.status)


def _changes(row: Rules, before: Rules | None) -> list[str]:
    """What these rules changed, in words: the label, and the values before and after."""
    before = before or Rules(currency_code=row.currency_code)
    return [
        f"{label_of(name).label}: {_shown(before, name)} → {_shown(row, name)}"
        for name in fields()
        if getattr(before, name) != getattr(row, name)
    ]


def _shown(row: Rules, name: str) -> str:
    value = getattr(row, name)
    return format_money(Money(value, currency(row.currency_code))) if name.endswith("_minor") else str(value)
