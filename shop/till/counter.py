"""What the page of a till shows: products, the counter with its sum, who pays and how, and the sales of today."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.people.requests import SignedInRequest
from conversion.money import Money
from ledger.models import Wallet
from payments.days import midnight
from shop.debts.standing import standing_of
from shop.orders.errors import NotSold
from shop.orders.pricing import Wanted, priced, total_of
from shop.products.models import Variant
from shop.rules.queries import current
from shop.sale_points.models import SalePoint
from shop.sale_points.queries import asks_pin
from web.refusals import refusals_as_messages

from . import queries, returns
from .forms import BackForm, Counter, SellForm, text_of

NOTES = (5, 10, 20, 50, 100)  # the buyer gives one of these, or the cashier types what they give
DIGITS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "00", "0")


def page(
    request: SignedInRequest,
    found: SalePoint,
    counter: Counter,
    *,
    sell_form: SellForm | None = None,
    back_form: BackForm | None = None,
) -> HttpResponse:
    form, deposits = sell_form or back_form, queries.deposits(found)
    context = {
        "till": found,
        "till_address": reverse("shop:till", args=[found.reference]),
        "counter": counter,
        "tiles": [
            (tile, counter.address(basket=counter.with_more(tile.variant.pk, 1), back=(), given=0))
            for tile in queries.goods(found)
        ],
        "deposits": [
            (tile, counter.address(back=_one_more(counter, tile.variant.pk), basket=(), given=0)) for tile in deposits
        ],
        "basket_text": text_of(counter.basket),
        "back_text": text_of(counter.back),
        "pay_cash": counter.address(is_cash=True, member=None),
        "no_payer": counter.address(is_cash=False, member=None, given=0),
        **_people(request, found, counter),
        **_today(request, found),
    }
    member = context["member"]
    with refusals_as_messages(request):
        if counter.basket:
            context |= _basket(found, counter, member, sell_form)
        if counter.back:
            context |= _back(deposits, counter, back_form)
    return render(request, "shop/till/till.html", context, status=form.status if form else 200)


def _one_more(counter: Counter, variant: int) -> tuple[tuple[int, int], ...]:
    quantity = dict(counter.back).get(variant, 0)
    return ((variant, min(quantity + 1, returns.MOST)),)


def _people(request: SignedInRequest, found: SalePoint, counter: Counter) -> dict[str, Any]:
    """The member who is there, those whom the search found, and recent ones, each with the link that chooses them."""
    member: Wallet | None = None
    if counter.member:
        member = queries.member_with(counter.member, besides=request.user)
    elif not counter.is_cash:
        shown = (
            queries.members(counter.search, besides=request.user)
            if counter.search
            else queries.recent_members(found, request.user)
        )
        people = [(wallet, counter.address(member=wallet.reference, is_cash=False, given=0)) for wallet in shown]
        return {"member": None, "people": people}
    return {"member": member, "people": []}


def _basket(found: SalePoint, counter: Counter, member: Wallet | None, form: SellForm | None) -> dict[str, Any]:
    """The basket with its sum, and how it is paid. Raises NotSold, ConversionDown."""
    parts = priced(member or Wallet(currency_code=found.currency_code), wanted(counter), found)
    total, age = total_of(parts), max(part.minimum_age for part in parts)
    wants_pin = member is not None and asks_pin(found, total)
    if form is None:
        initial = {"basket": text_of(counter.basket), "member": counter.member, "shown": total.minor}
        form = SellForm(initial=initial | {"given": counter.given})
    form.ask(shown=total, age=age, pin=wants_pin)
    lines = [
        (line, (price.variant, counter.address(basket=counter.with_more(price.variant, -1), given=0)))
        for part in parts
        for line, (price, _quantity) in zip(part.shown_lines, part.lines, strict=True)
    ]
    in_basket = {number for number, _quantity in counter.basket}
    context = {
        "lines": [(line, fewer if variant in in_basket else None) for line, (variant, fewer) in lines],
        "total": total,
        "sell_form": form,
        "age": age,
    }
    if member is not None:
        context["may_buy"] = not _is_frozen(member) and standing_of(member).left >= total
        context["is_frozen"] = _is_frozen(member)
    if counter.is_cash:
        context |= _change(counter, total)
    return context


def _is_frozen(member: Wallet) -> bool:
    return member.owner is not None and member.owner.frozen


def _change(counter: Counter, total: Money) -> dict[str, Any]:
    """The keys for what the buyer gives, and the change."""
    one = 10**total.currency.exponent
    notes = [Money(note * one, total.currency) for note in NOTES if note * one > total.minor][:3]
    digits = [(digit, counter.address(given=_typed(counter.given, digit))) for digit in DIGITS]
    return {
        "notes": [(note, counter.address(given=note.minor)) for note in (total, *notes)],
        "digits": digits,
        "erase": counter.address(given=counter.given // 10),
        "given": Money(counter.given, total.currency),
        "change": Money(counter.given, total.currency) - total,
        "lacks": counter.given and counter.given < total.minor,
        "missing": total - Money(counter.given, total.currency),
    }


def _typed(given: int, digits: str) -> int:
    longer = int(f"{given}{digits}")
    return longer if longer < 10**9 else given


def _back(deposits: list[queries.Tile], counter: Counter, form: BackForm | None) -> dict[str, Any]:
    """The deposits that come back, with what they are worth. Raises NotSold."""
    ((number, quantity),) = counter.back
    tile = next((tile for tile in deposits if tile.variant.pk == number), None)
    if tile is None:
        raise NotSold
    if form is None:
        form = BackForm(initial={"back": text_of(counter.back), "member": counter.member})
    fewer = ((number, quantity - 1),) if quantity > 1 else ()
    return {
        "back": tile,
        "back_quantity": quantity,
        "back_total": Money(tile.price.regular_minor * quantity, tile.unit.currency),
        "back_fewer": counter.address(back=fewer),
        "back_more": counter.address(back=_one_more(counter, number)),
        "back_form": form,
    }


def _today(request: SignedInRequest, found: SalePoint) -> dict[str, Any]:
    """The last sales and returns of today, each with a key where it can be undone."""
    since, rules = midnight(), current()
    in_time = timezone.now() - dt.timedelta(minutes=rules.undo_minutes)
    sales = queries.last_sales(found, request.user, since)
    lines = queries.lines_of([sale.order_id for sale in sales])
    return {
        "sales": [
            (sale, lines[sale.order_id], uuid4() if sale.can_be_undone and sale.made_at > in_time else None)
            for sale in sales
        ],
        "returns": [
            (given, uuid4() if given.undone_id is None and given.made_at > in_time else None)
            for given in queries.last_returns(found, request.user, since)
        ],
    }


def wanted(counter: Counter) -> list[Wanted]:
    """What is in the basket. Raises NotSold for an unknown product."""
    variants = Variant.objects.in_bulk([number for number, _quantity in counter.basket])
    if len(variants) < len(counter.basket):
        raise NotSold
    return [Wanted(variants[number], quantity) for number, quantity in counter.basket]
