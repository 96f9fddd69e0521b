"""The members' shop: tiles, one tap, a product's page, and the cart."""

from __future__ import annotations

from uuid import UUID, uuid4, uuid5

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts.people.requests import SignedInRequest
from conversion.errors import NotFound
from conversion.money import Money
from ledger.models import Wallet
from payments.owners import wallet_of
from shop.orders.models import Order
from shop.orders.pricing import Wanted, priced, total_of
from shop.orders.queries import order_of
from shop.orders.service import Bought
from shop.orders.views import undo_until
from shop.products.models import Variant
from shop.products.queries import product_of, variant_of
from shop.rules.queries import current
from shop.sale_points.models import SalePoint
from shop.sale_points.queries import asks_pin, members_sale_point
from web.refusals import a_page, refusals_as_messages, refusals_on

from . import queries, service
from .forms import BuyForm, PurchaseForm, QuantityForm
from .models import CartLine

LONGEST_SEARCH = 40


@login_required
@require_safe
def shop(request: SignedInRequest) -> HttpResponse:
    """Everything that is sold to members, what this member buys recently and often first; and what they just bought."""
    wallet, sale_point = wallet_of(request.user), members_sale_point()
    context: dict[str, object] = {"wallet": wallet, "sale_point": sale_point, "key": uuid4()}
    if sale_point:
        search = request.GET.get("search", "").strip()[:LONGEST_SEARCH]
        context |= {"search": search, "sections": [], "bought": _just_bought(request), "undo_key": uuid4()}
        with refusals_as_messages(request, messages.WARNING):  # the conversion service may be down
            tiles = queries.Tiles(queries.listed(sale_point, search=search), sale_point, wallet)
            context["sections"] = queries.sections(tiles.by_product())
            if not search:
                recent, often = queries.habits(request.user.pk, current())
                context |= {"recent": tiles.of(recent), "often": tiles.of(often)}
        context["in_cart"] = queries.cart_of(request.user, sale_point).count()
    return render(request, "shop/shop.html", context)


def _just_bought(request: SignedInRequest) -> dict[str, object] | None:
    """The order that the last tap made, by the reference in the address; None without one."""
    try:
        found = order_of(request.user, UUID(request.GET.get("bought", "")))
    except (ValueError, NotFound):
        return None
    lines = list(found.lines.order_by("number"))
    return {"order": found, "lines": lines, "undo_until": undo_until(found)}


@login_required
@sensitive_post_parameters("pin")
@require_POST
def buy(request: SignedInRequest) -> HttpResponse:
    """One tap. Where the PIN is needed, it is asked on a page of its own; a price that rose is shown and asked again.

    The tiles of a page share a key; with the variant it makes the key of the purchase. So the same tap books once.
    """
    sale_point, wallet = _open(), wallet_of(request.user)
    form = BuyForm(_from_tile(request), currency=wallet.currency)
    if form.errors.keys() - {"pin"}:
        raise NotFound  # no page of ours sends this
    variant = variant_of(form.cleaned_data["variant"])
    shown = Money(form.cleaned_data["shown"], wallet.currency)
    if form.is_valid():
        with refusals_on(form):
            done = service.buy_one(
                buyer=request.user,
                variant=variant,
                sale_point=sale_point,
                shown=shown,
                key=form.cleaned_data["key"],
                pin=form.cleaned_data["pin"],
                quantity=form.cleaned_data["quantity"],
            )
            return _bought(done)
    return _confirm(request, form, variant, sale_point, wallet)


def _from_tile(request: SignedInRequest) -> dict[str, object]:
    """The fields of the form. A tile's button sends `buy`, as "variant.shown", and the key is that of the page."""
    fields = {name: value for name, value in request.POST.items() if isinstance(value, str)}
    if "buy" in fields:
        fields["variant"], _dot, fields["shown"] = fields["buy"].partition(".")
        try:
            fields["key"] = str(uuid5(UUID(fields.get("key", "")), fields["variant"]))
        except ValueError as error:
            raise NotFound from error
    return dict(fields)


def _confirm(
    request: SignedInRequest, form: BuyForm, variant: Variant, sale_point: SalePoint, wallet: Wallet
) -> HttpResponse:
    """The page that asks once more, with what it costs now."""
    quantity = form.cleaned_data.get("quantity") or 1
    context: dict[str, object] = {"form": form, "variant": variant}
    with refusals_as_messages(request):
        parts = priced(wallet, [Wanted(variant, quantity)], sale_point)
        total = total_of(parts)
        form.show_sum(total)
        context |= {"parts": parts, "total": total, "asks_pin": asks_pin(sale_point, total)}
    return render(request, "shop/confirm.html", context, status=form.status)


@login_required
@require_safe
def product(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """A product with its variants, each to be bought or put into the cart."""
    sale_point, wallet = _open(), wallet_of(request.user)
    found = product_of(reference)
    tiles = queries.Tiles(queries.variants_of(found), sale_point, wallet).by_variant()
    if not tiles:
        raise NotFound
    context = {"product": found, "tiles": tiles, "key": uuid4(), "wallet": wallet}
    return render(request, "shop/product.html", context)


@login_required
@sensitive_post_parameters("pin")
@a_page
def cart(request: SignedInRequest) -> HttpResponse:
    """What is in the cart, by seller, with deposits and the balance afterwards; and paying it."""
    sale_point, wallet = members_sale_point(), wallet_of(request.user)
    if sale_point is None:
        return render(request, "shop/cart.html", {"wallet": wallet})
    form = PurchaseForm(request.POST or None, currency=wallet.currency)
    if request.method == "POST" and form.is_valid():
        shown = Money(form.cleaned_data["shown"], wallet.currency)
        with refusals_on(form):
            done = service.pay(
                buyer=request.user,
                sale_point=sale_point,
                shown=shown,
                key=form.cleaned_data["key"],
                pin=form.cleaned_data["pin"],
            )
            messages.success(request, _("Paid. The seller knows what to make ready."))
            return redirect("shop:orders") if len(done.orders) > 1 else _to_order(done)
    context: dict[str, object] = {"form": form, "wallet": wallet, "lines": [], "sale_point": sale_point}
    with refusals_as_messages(request):
        context |= _in_cart(request, form, sale_point, wallet)
    return render(request, "shop/cart.html", context, status=form.status)


def _in_cart(request: SignedInRequest, form: PurchaseForm, sale_point: SalePoint, wallet: Wallet) -> dict[str, object]:
    lines = list(queries.cart_of(request.user, sale_point))
    sold: list[CartLine] = []
    gone: list[CartLine] = []
    rose: set[int] = set()  # the lines that cost more than when they were put in
    tiles = queries.Tiles([line.variant for line in lines], sale_point, wallet)
    for line in lines:
        found = tiles.of([line.variant.pk])
        (sold if found else gone).append(line)
        if found and found[0].shown.minor > line.shown_minor:
            rose.add(line.pk)
    if not sold:
        return {"lines": [], "gone": gone}
    parts = priced(wallet, [Wanted(line.variant, line.quantity) for line in sold], sale_point)
    total = total_of(parts)
    form.show_sum(total)
    return {
        "lines": sold,
        "gone": gone,
        "rose": rose,
        "parts": parts,
        "total": total,
        "balance_after": wallet.available - total,
        "asks_pin": asks_pin(sale_point, total),
    }


@login_required
@require_POST
def add_to_cart(request: SignedInRequest) -> HttpResponse:
    sale_point, wallet = _open(), wallet_of(request.user)
    form = BuyForm(_from_tile(request), currency=wallet.currency)
    if not form.is_valid():
        raise NotFound
    variant = variant_of(form.cleaned_data["variant"])
    shown = Money(form.cleaned_data["shown"], wallet.currency)
    service.add(request.user, sale_point, variant, quantity=form.cleaned_data["quantity"], shown=shown)
    messages.success(request, _("%(title)s is in your cart.") % {"title": variant.title})
    return redirect("shop:shop")


@login_required
@require_POST
def change_cart(request: SignedInRequest) -> HttpResponse:
    wallet_of(request.user)  # a bank has no wallet, and no cart
    form, sale_point = QuantityForm(request.POST), members_sale_point()
    if form.is_valid() and sale_point:
        variant = variant_of(form.cleaned_data["variant"])
        service.set_quantity(request.user, sale_point, variant, form.cleaned_data["quantity"])
    elif sale_point:
        messages.error(request, _("Please enter a quantity from 0 to 99."))
    return redirect("shop:cart")


def _open() -> SalePoint:
    """Raises NotFound while nothing is sold to members."""
    if (sale_point := members_sale_point()) is None:
        raise NotFound
    return sale_point


def _bought(done: Bought) -> HttpResponse:
    reference = Order.objects.values_list("reference", flat=True).get(pk=done.orders[0])
    return redirect(f"{reverse('shop:shop')}?bought={reference}")


def _to_order(done: Bought) -> HttpResponse:
    return redirect("shop:order", Order.objects.values_list("reference", flat=True).get(pk=done.orders[0]))
