"""Treasurers' pages of debts: who owes what, a member's limit, and those of roles. Auditors read them."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.people.access import role_required
from accounts.people.requests import SignedInRequest
from accounts.people.roles import OVERSEERS, TREASURY
from web.paging import PAGE
from web.refusals import a_page, refusals_on
from web.spreadsheets import harmless

from . import limits, queries, service
from .forms import LimitForm, MemberForm, RoleLimitForm
from .standing import standing_of

COLUMNS = ("username", "name", "owes", "may owe", "currency", "owing since")


@role_required(*OVERSEERS)
@a_page
def debts(request: SignedInRequest) -> HttpResponse:
    """Who owes what. The form leads to a member's limit."""
    form = MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("staff:shop_limit", form.cleaned_data["member"].reference)
    after = request.GET.get("after", "")
    context = {"page": queries.debts(after=after), "owed": queries.owed(), "after": after, "form": form}
    return render(request, "staff/shop/debts.html", context)


@role_required(*OVERSEERS)
@require_safe
def debts_csv(request: SignedInRequest) -> HttpResponse:
    """Everybody who owes money, as a CSV file: amounts with a dot, moments in UTC."""
    response = HttpResponse(_lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="debts.csv"'
    return response


@role_required(*OVERSEERS)
@a_page
def limit(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """A member's debt and limit, with who set it, when and why. Raises NotFound."""
    wallet = queries.wallet_with(reference)
    member = wallet.owner
    assert member is not None
    form = LimitForm(request.POST or None, currency=wallet.currency)
    may_act = request.user.role in TREASURY
    if request.method == "POST":
        if not may_act:
            raise PermissionDenied
        if form.is_valid():
            with refusals_on(form):
                service.set_limit(by=request.user, member=member, limit=form.limit, reason=form.cleaned_data["reason"])
                messages.success(request, _("Set. %(name)s is told.") % {"name": member.get_full_name()})
                return redirect("staff:shop_limit", reference)
    context = {
        "member": member,
        "standing": standing_of(wallet),
        "owing_since": queries.owes_since(wallet),
        "history": limits.history_of(member.pk)[:PAGE],
        "form": form if may_act and member != request.user else None,
    }
    return render(request, "staff/shop/limit.html", context, status=form.status)


@role_required(*OVERSEERS)
@a_page
def role_limits(request: SignedInRequest) -> HttpResponse:
    """The rules' default, and the limits of roles."""
    default = limits.asked_of("").amount
    form = RoleLimitForm(request.POST or None, currency=default.currency)
    may_act = request.user.role in TREASURY
    if request.method == "POST":
        if not may_act:
            raise PermissionDenied
        if form.is_valid():
            with refusals_on(form):
                service.set_limit_of_role(
                    by=request.user,
                    role=form.cleaned_data["role"],
                    limit=form.limit,
                    reason=form.cleaned_data["reason"],
                )
                messages.success(request, _("Set. It counts within a few minutes."))
                return redirect("staff:shop_role_limits")
    context = {
        "default": default,
        "limits": [(User.Role(row.role).label, row) for row in limits.limits_of_roles()],
        "form": form if may_act else None,
    }
    return render(request, "staff/shop/role_limits.html", context, status=form.status)


def _lines() -> Iterator[str]:
    yield "\ufeff" + _row(COLUMNS)  # without this byte order mark Excel reads UTF-8 as Latin-1
    after: str | None = ""
    while after is not None:
        page = queries.debts(after=after, limit=500)
        for debt in page.rows:
            yield _row(
                (
                    debt.owner.username,
                    harmless(debt.owner.get_full_name()),
                    f"{debt.owes.decimal:f}",
                    f"{debt.limit.decimal:f}",
                    debt.owes.code,
                    debt.since.astimezone(dt.UTC).isoformat(timespec="seconds") if debt.since else "",
                )
            )
        after = page.more


def _row(cells: tuple[str, ...]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()
