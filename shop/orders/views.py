"""The pages of a member's orders."""

from __future__ import annotations

import datetime as dt
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.people.requests import SignedInRequest
from payments.owners import name_of, wallet_of
from shop.rules.queries import current
from web.forms import KeyForm
from web.paging import PAGE, id_in
from web.refusals import refusals_as_messages

from . import endings, queries
from .models import Order


@login_required
@require_safe
def orders(request: SignedInRequest) -> HttpResponse:
    wallet_of(request.user)  # a bank has no wallet, and no orders
    found = queries.orders_of(request.user)
    if (before := id_in(request, "before")) is not None:
        found = found.filter(pk__lt=before)
    page = list(found[: PAGE + 1])
    rows, more = page[:PAGE], page[PAGE:]
    return render(request, "shop/orders.html", {"rows": rows, "older": rows[-1].pk if more else None})


@login_required
@require_safe
def order(request: SignedInRequest, reference: UUID) -> HttpResponse:
    found = queries.order_of(request.user, reference)
    context = {
        "order": found,
        "lines": found.lines.order_by("number"),
        "steps": found.steps.order_by("id"),
        "seller": name_of(found.seller_wallet),
        "undo_until": undo_until(found),
        "undo_key": uuid4(),
    }
    return render(request, "shop/order.html", context)


@login_required
@require_safe
def order_of_transfer(request: SignedInRequest, transfer: UUID) -> HttpResponse:
    """Leads from a receipt to what was bought."""
    return redirect("shop:order", queries.order_paid_by(request.user, transfer).reference)


@login_required
@require_POST
def undo_order(request: SignedInRequest, reference: UUID) -> HttpResponse:
    found = queries.order_of(request.user, reference)
    form = KeyForm(request.POST)
    if form.is_valid():
        with refusals_as_messages(request):
            endings.undo(order=found, by=request.user, key=form.cleaned_data["key"])
            messages.success(request, _("The purchase is undone. The money is back in your wallet."))
    return redirect("shop:shop") if "stays" in request.POST else redirect("shop:order", reference)


def undo_until(order: Order) -> dt.datetime | None:
    """Until when the button is shown; None if it is not. `endings.undo` decides again, by the database's clock."""
    # The earlier of both times, so that the button is also gone by the timestamp that people read.
    until = min(order.made_at, order.money.transfer.made_at) + dt.timedelta(minutes=current().undo_minutes)
    is_open = order.status in (Order.Status.PAID, Order.Status.READY, Order.Status.COLLECTED)
    return until if is_open and not order.refunded_minor and timezone.now() < until else None
