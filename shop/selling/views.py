"""The pages of who sells: the orders that wait, one order, and what was sold in a period."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from accounts.people.requests import SignedInRequest
from conversion.errors import NotFound
from shop.desks import Desk
from shop.orders.models import Order
from shop.refunds import service as refunds
from shop.refunds.forms import RefundLinesForm
from shop.refunds.models import Refund
from shop.refunds.service import Wish
from web.paging import PAGE, id_in
from web.refusals import a_page, refusals_as_messages, refusals_on

from . import queries, service, statements
from .forms import PeriodForm, this_month
from .queries import Period

Status = Order.Status
ENDED = (Status.UNDONE, Status.REFUNDED)
MOST_WAITING = 50


@require_safe
def orders(request: SignedInRequest, desk: Desk) -> HttpResponse:
    """What waits on top, then the newest. A code that the buyer says leads to its order."""
    own = desk.own(queries.orders(), "seller_wallet")
    code = request.GET.get("code", "").strip()[:20]
    if code:
        if found := queries.order_by_code(own, code):
            return redirect(desk.address("order", found.reference))
        messages.warning(request, _("There is no order with this code."))
    before = id_in(request, "before")
    rows = list((own if before is None else own.filter(pk__lt=before))[: PAGE + 1])
    context = {
        "desk": desk,
        "code": code,
        "to_make": queries.waiting(own, Status.PAID)[:MOST_WAITING],
        "ready": queries.waiting(own, Status.READY)[:MOST_WAITING],
        "rows": rows[:PAGE],
        "older": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "before": before,
        "today": statements.reports(Period(localdate(), localdate()), desk.seller),
    }
    return render(request, "shop/manage/orders.html", context)


@sensitive_post_parameters("pin")
@a_page
def order(request: SignedInRequest, desk: Desk, reference: UUID) -> HttpResponse:
    """One order with its steps, and what can be done with it: Ready, Collected, a refund of some of its lines."""
    found = queries.order_with(desk.own(queries.orders(), "seller_wallet"), reference)
    step = request.POST.get("step", "none") if request.method == "POST" else ""
    if step:
        desk.require_change()
    form = RefundLinesForm(request.POST if step == "refund" else None, lines=list(found.lines.all()))
    if step in ("ready", "collected"):
        with refusals_as_messages(request):
            (service.make_ready if step == "ready" else service.collect)(found, by=request.user)
            messages.success(request, _("Ready: the buyer was told.") if step == "ready" else _("Collected."))
        return redirect(desk.address("order", reference))
    if step == "refund" and form.is_valid():
        with refusals_on(form):
            typed = form.cleaned_data
            wish = Wish(found, form.quantities, typed["restock"], typed["reason"])
            posting = refunds.refund(wish, by=request.user, key=typed["key"], pin=typed["pin"])
            said = _("This was refunded before: nothing moved again.") if posting.repeated else _("Refunded.")
            messages.success(request, said)
            return redirect(desk.address("order", reference))
    has_ended = found.status in ENDED
    context = {
        "desk": desk,
        "order": found,
        "steps": found.steps.select_related("made_by").order_by("pk"),
        "refunds": Refund.objects.filter(order=found).select_related("made_by", "transfer").order_by("pk"),
        "may_be_ready": desk.may_change and found.status == Status.PAID,
        "may_be_collected": desk.may_change and found.status in (Status.PAID, Status.READY),
        "form": form if desk.may_change and not has_ended and found.buyer_id != request.user.pk else None,
        "is_own": found.buyer_id == request.user.pk,
    }
    return render(request, "shop/manage/order.html", context, status=form.status)


@require_safe
def sales(request: SignedInRequest, desk: Desk) -> HttpResponse:
    """What was sold in a period, by day, by product and by VAT rate."""
    form = _period(request)
    context: dict[str, Any] = {"desk": desk, "form": form}
    if form.is_valid():
        period = form.period
        context |= {"period": period, "reports": statements.reports(period, desk.seller)}
    return render(request, "shop/manage/sales.html", context, status=200 if form.is_valid() else 422)


@require_safe
def sales_file(request: SignedInRequest, desk: Desk, report: str) -> HttpResponse:
    """One of the three tables as CSV. Raises NotFound for another name, or for what is no period."""
    form = _period(request)
    if report not in statements.HEADS or not form.is_valid():
        raise NotFound
    lines = statements.csv_lines(report, form.period, desk.seller)
    answer = HttpResponse("".join(lines), content_type="text/csv; charset=utf-8")
    name = f"sales-{report}-{form.period.first}-{form.period.last}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


def _period(request: SignedInRequest) -> PeriodForm:
    return PeriodForm(request.GET if "first" in request.GET else this_month())
