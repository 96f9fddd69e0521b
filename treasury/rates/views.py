"""Staff's pages of rates: which count, the history of one currency, setting one, and confirming a refused one."""

from __future__ import annotations

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.people.access import role_required
from accounts.people.requests import SignedInRequest
from accounts.people.roles import ADMINISTRATORS, OVERSEERS
from conversion.table import is_built_in
from web.paging import id_in
from web.refusals import a_page, refusals_as_messages, refusals_on

from . import queries, service
from .forms import RateForm


@role_required(*OVERSEERS)
@require_safe
def rates(request: SignedInRequest) -> HttpResponse:
    """What counts now, whence it is and how old; above it, what waits for an administrator."""
    context = {
        "counting": queries.counting(),
        "waiting": [] if is_built_in() else queries.waiting(),
        "is_built_in": is_built_in(),
        "goes_on_when_old": settings.RATES_WHEN_STALE == "last",
    }
    return render(request, "staff/rates.html", context)


@role_required(*OVERSEERS)
@require_safe
def rate_history(request: SignedInRequest, code: str) -> HttpResponse:
    """All rates of one currency, newest first. Raises NotFound."""
    currency, before = queries.currency_called(code), id_in(request, "before")
    context = {
        "currency": currency,
        "page": queries.history(currency, before=before),
        "before": before,
        "may_set": request.user.role in ADMINISTRATORS and not is_built_in(),
    }
    return render(request, "staff/rate_history.html", context)


@role_required(*OVERSEERS)
@require_safe
def rate_row(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """One rate. One that waits is shown beside the one that counts. Raises NotFound."""
    line = queries.row_with(reference)
    waiting = None if is_built_in() else queries.beside(line)
    is_own = line.row.made_by_id == request.user.pk
    context = {
        "line": line,
        "waiting": waiting,
        "is_own": is_own,
        "may_confirm": waiting and not is_own and request.user.role in ADMINISTRATORS,
    }
    return render(request, "staff/rate_row.html", context)


@role_required(*ADMINISTRATORS)
@a_page
@reauthentication_required
def set_rate(request: SignedInRequest, code: str) -> HttpResponse:
    """Sets a rate by hand. A session alone cannot: the password or the second factor is asked again."""
    currency = queries.currency_called(code)
    form = RateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            row = service.set_rate(by=request.user, currency=currency, **form.cleaned_data)
            if row.is_refused:
                messages.warning(request, _("This rate moves too far. It waits for another administrator."))
                return redirect("staff:rate_row", row.reference)
            messages.success(request, _("Set. The rate counts from now on."))
            return redirect("staff:rate_history", currency.code)
    return render(request, "staff/set_rate.html", {"form": form, "currency": currency}, status=form.status)


@role_required(*ADMINISTRATORS)
@a_page
@reauthentication_required
def confirm_rate(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Shows a refused rate beside the one that counts. A POST lets it count. Raises NotFound."""
    line = queries.row_with(reference)
    if request.method == "POST":
        with refusals_as_messages(request):
            service.confirm(by=request.user, rate=line.row)
            messages.success(request, _("Confirmed. The rate counts from now on."))
        return redirect("staff:rate_row", reference)
    context = {"line": line, "waiting": None if is_built_in() else queries.beside(line), "confirms": True}
    return render(request, "staff/rate_row.html", context)
