"""The pages of a till. Its counter is in the address: taps on tiles are links, and only a sale is a POST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts.people.access import role_required
from accounts.people.requests import SignedInRequest
from accounts.people.roles import CASH_DESK
from conversion.errors import NotFound
from conversion.money import Money, currency, format_money
from payments.days import midnight
from payments.drawers.service import in_drawer
from shop.orders import endings
from shop.orders.errors import NotSold
from shop.sale_points.models import SalePoint
from web.forms import KeyForm
from web.refusals import refusals_as_messages, refusals_on

from . import queries, returns, service
from .counter import page, wanted
from .forms import BackForm, Counter, SellForm


@role_required(*CASH_DESK)
@require_safe
def tills(request: SignedInRequest) -> HttpResponse:
    """The open tills."""
    return render(request, "shop/till/tills.html", {"tills": queries.tills()})


@role_required(*CASH_DESK)
@require_safe
def till(request: SignedInRequest, reference: UUID) -> HttpResponse:
    return page(request, queries.till_with(reference), Counter.of(request.GET))


@role_required(*CASH_DESK)
@require_POST
@sensitive_post_parameters("pin")
def sell(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Sells what is on the counter. A refusal is shown with the counter as it was."""
    found = queries.till_with(reference)
    form = SellForm(request.POST)
    counter = Counter.of(request.POST)
    if form.is_valid():
        typed = form.cleaned_data
        counter = Counter(typed["basket"], (), typed["member"], not typed["member"], typed["given"] or 0)
        with refusals_on(form):
            paid = _sold(request, found, counter, typed)
            words = _("Sold: %(sum)s.") % {"sum": format_money(paid)}
            if counter.is_cash and counter.given > paid.minor:
                change = Money(counter.given - paid.minor, paid.currency)
                words += " " + _("Change: %(change)s.") % {"change": format_money(change)}
            messages.success(request, words)
            return redirect("shop:till", reference)
    return page(request, found, counter, sell_form=form)


@role_required(*CASH_DESK)
@require_POST
def back(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Pays deposits back, in cash or to a member."""
    found = queries.till_with(reference)
    form = BackForm(request.POST)
    counter = Counter.of(request.POST)
    if form.is_valid():
        (number, quantity), member = form.cleaned_data["back"], form.cleaned_data["member"]
        with refusals_on(form):
            variant = next((tile.variant for tile in queries.deposits(found) if tile.variant.pk == number), None)
            if variant is None:
                raise NotSold
            given = service.take_back(
                cashier=request.user,
                till=found,
                variant=variant,
                quantity=quantity,
                member=queries.member_with(member, besides=request.user) if member else None,
                key=form.cleaned_data["key"],
            )
            words = {"sum": format_money(given.total), "what": str(given.revision.title), "number": given.quantity}
            text = (
                _("Taken back: %(number)d × %(what)s. %(sum)s is in the member's wallet.")
                if member
                else _("Taken back: %(number)d × %(what)s. Give %(sum)s in cash.")
            )
            messages.success(request, text % words)
            return redirect("shop:till", reference)
    return page(request, found, counter, back_form=form)


@role_required(*CASH_DESK)
@require_POST
def undo_sale(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Undoes the cashier's own sale. Raises NotFound where it is another's."""
    sale = queries.sale_of(request.user, reference)
    form = KeyForm(request.POST)
    if not form.is_valid():
        raise NotFound
    with refusals_as_messages(request):
        endings.undo(order=sale.order, by=request.user, **form.cleaned_data)
        sum_ = {"sum": format_money(sale.order.money.paid)}  # the till's cash, whatever the seller's currency is
        text = _("Undone. Give %(sum)s back in cash.") if sale.is_cash else _("Undone: the member has the money back.")
        messages.success(request, text % sum_)
    return redirect("shop:till", sale.sale_point.reference)


@role_required(*CASH_DESK)
@require_POST
def undo_return(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Undoes a return that the cashier took. Raises NotFound where it is another's."""
    given = queries.return_of(request.user, reference)
    form = KeyForm(request.POST)
    if not form.is_valid():
        raise NotFound
    with refusals_as_messages(request):
        returns.undo(given=given, by=request.user, **form.cleaned_data)
        messages.success(request, _("Undone: the seller has the money back."))
    return redirect("shop:till", given.sale_point.reference)


@role_required(*CASH_DESK)
@require_safe
def today(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """The cashier's takings of today at this till, and what all of today put into their drawer."""
    found = queries.till_with(reference)
    context = {
        "till": found,
        "takings": queries.takings(found, request.user, midnight()),
        "drawers": in_drawer(request.user),
    }
    return render(request, "shop/till/today.html", context)


def _sold(request: SignedInRequest, found: SalePoint, counter: Counter, typed: dict[str, Any]) -> Money:
    """Sells, and returns what was paid. Raises what the services raise, and NotSold for an unknown product."""
    lines = wanted(counter)
    if counter.member is None:
        unit = currency(found.currency_code)
        shown = Money(typed["shown"], unit)
        bought = service.sell_for_cash(
            cashier=request.user,
            till=found,
            wanted=lines,
            shown=shown,
            key=typed["key"],
            id_was_seen=typed["id_seen"],
        )
    else:
        member = queries.member_with(counter.member, besides=request.user)
        unit = member.currency
        bought = service.sell_to_member(
            cashier=request.user,
            till=found,
            member=member,
            wanted=lines,
            shown=Money(typed["shown"], unit),
            key=typed["key"],
            pin=typed["pin"],
            id_was_seen=typed["id_seen"],
        )
    return queries.paid_for(bought.orders, unit)
