"""The pages of who manages products: the list, a new product, a product, and one of its variants."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.people.requests import SignedInRequest
from conversion.errors import NotFound
from conversion.money import Money
from ledger.models import Wallet
from shop.desks import Desk
from shop.stock.queries import left
from web.body_limit import takes_files
from web.refusals import RefusableForm, a_page, refusals_on

from . import pictures, queries, service
from .forms import (
    BarcodeForm,
    CategoryField,
    DetailsForm,
    HappyHourForm,
    ListedForm,
    PictureForm,
    PriceForm,
    ProductForm,
    RenameForm,
    VariantForm,
)
from .models import Picture, Product, Variant

A_PAGE = 40
FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
def products(request: SignedInRequest, desk: Desk) -> HttpResponse:
    search = request.GET.get("q", "").strip()[:80].replace("\0", "")
    found = desk.own(queries.products_of(search), "seller")
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    there = left(variant.pk for product in page for variant in product.variants.all())
    context = {"desk": desk, "page": page, "search": search, "left": there}
    return render(request, "shop/manage/products.html", context)


@a_page
def new_product(request: SignedInRequest, desk: Desk) -> HttpResponse:
    """Staff choose the seller first, which decides the currency and the deposits."""
    desk.require_change()
    seller = desk.seller or _chosen_seller(request)
    if seller is None:
        return render(request, "shop/manage/new_product.html", {"desk": desk, "sellers": queries.merchants()})
    form = ProductForm(request.POST or None, seller=seller)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            typed = form.cleaned_data
            fields = ("name", "description", "kind", "price", "variants", "is_featured")
            made = service.make_product(
                seller=seller,
                by=request.user,
                category=CategoryField.saved(typed["category"]),
                **{field: typed[field] for field in fields},
                **form.of_revision,
            )
            messages.success(request, _("The product was made. Now say where it is sold."))
            return redirect(desk.address("product", made.reference))
    context = {"desk": desk, "form": form, "seller": seller}
    return render(request, "shop/manage/new_product.html", context, status=form.status)


@takes_files
@a_page
def product(request: SignedInRequest, desk: Desk, reference: UUID) -> HttpResponse:
    """The product with its variants and what was changed. Sale points are the treasury's choice."""
    found = queries.found_in(desk.own(queries.products_of(), "seller"), reference)
    step = _step(request, desk)
    typed = request.POST if step else None
    listed = {listing.sale_point_id: listing.section for listing in found.listings.all()}
    forms: dict[str, RefusableForm] = {
        "details": DetailsForm(typed if step == "details" else None, prefix="details", initial=_details(found)),
        "picture": PictureForm(typed if step == "picture" else None, request.FILES or None, prefix="picture"),
        "variant": VariantForm(typed if step == "variant" else None, prefix="variant", **_of(found)),
    }
    if desk.seller is None:
        forms["listed"] = ListedForm(typed if step == "listed" else None, prefix="listed", listed=listed)
    if step == "no_picture":
        service.change_product(found, by=request.user, picture="")
        return redirect(desk.address("product", reference))
    if step in forms and (form := forms[step]).is_valid():
        with refusals_on(form):
            messages.success(request, _change(found, step, form, request))
            return redirect(desk.address("product", reference))
    variants = list(found.variants.all())
    context = {
        "desk": desk,
        "product": found,
        "variants": variants,
        "left": left(variant.pk for variant in variants),
        "forms": forms,
        "changes": found.changes.select_related("made_by").order_by("-pk")[:30],
    }
    return render(request, "shop/manage/product.html", context, status=_status(forms))


@a_page
def variant(request: SignedInRequest, desk: Desk, reference: UUID) -> HttpResponse:
    """A variant: its price with all earlier ones, its barcodes and its happy hours."""
    found = queries.found_in(desk.own(queries.variants_of(), "product__seller"), reference)
    step = _step(request, desk)
    typed = request.POST if step else None
    seller = found.product.seller
    forms: dict[str, RefusableForm] = {
        "price": PriceForm(
            typed if step == "price" else None, prefix="price", initial=_price(found), **_of(found.product)
        ),
        "name": RenameForm(typed if step == "name" else None, prefix="name", initial={"name": found.name}),
        "barcode": BarcodeForm(typed if step == "barcode" else None, prefix="barcode"),
        "happy": HappyHourForm(typed if step == "happy" else None, prefix="happy", currency=seller.currency),
    }
    if step in forms:
        if (form := forms[step]).is_valid():
            with refusals_on(form):
                messages.success(request, _change_variant(found, step, form, request))
                return redirect(desk.address("variant", reference))
    elif step:
        messages.success(request, _press(found, step, request))
        return redirect(desk.address("variant", reference))
    context = {
        "desk": desk,
        "variant": found,
        "left": left([found.pk]).get(found.pk),
        "forms": forms,
        "revisions": found.revisions.select_related("made_by", "deposit__product").order_by("-number"),
        "barcodes": found.barcodes.order_by("code"),
        "happy_hours": found.happy_hours.select_related("sale_point", "made_by").order_by("-pk")[:30],
    }
    return render(request, "shop/manage/variant.html", context, status=_status(forms))


@require_safe
def picture(request: HttpRequest, digest: str) -> HttpResponse:
    """A picture, for everybody: a kiosk shows it to people who are not signed in. Its address never shows another."""
    if (found := Picture.objects.filter(pk=digest).first()) is None:
        raise NotFound
    answer = HttpResponse(bytes(found.content), content_type="image/webp", headers={"Cache-Control": FOR_EVER})
    answer.headers["Content-Disposition"] = "inline"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def _chosen_seller(request: HttpRequest) -> Wallet | None:
    """The merchant that the address names; the only one, if there is no other."""
    found = list(queries.merchants()[:2]) if "seller" not in request.GET else []
    if len(found) == 1:
        return found[0]
    name = request.GET.get("seller", "").replace("\0", "")
    return queries.merchants().filter(owner__username=name).first() if name else None


def _step(request: HttpRequest, desk: Desk) -> str:
    """Which of the page's forms was sent; "" for a look. Raises PermissionDenied for who may not change anything."""
    if request.method != "POST":
        return ""
    desk.require_change()
    return request.POST.get("step", "") or "none"


def _details(found: Product) -> dict[str, Any]:
    fields = ("name", "description", "is_featured", "is_shown")
    return {field: getattr(found, field) for field in fields} | {"category": found.category or ""}


def _of(found: Product) -> dict[str, Any]:
    """What a form about a price must know of the product."""
    return {"seller": found.seller, "is_deposit": found.kind == Product.Kind.DEPOSIT}


def _price(found: Variant) -> dict[str, Any]:
    """The form begins with what is in force."""
    if (now := found.revision) is None:
        return {}
    return {
        "price": f"{Money(now.unit_minor, found.product.currency).decimal:f}",
        "vat": now.vat_permille,
        "deposit": now.deposit and now.deposit.reference,
        "minimum_age": now.minimum_age,
        "after": now.number,
    }


def _change(found: Product, step: str, form: RefusableForm, request: SignedInRequest) -> str:
    """Does what the form of this step asks. Returns what the next page says."""
    typed, by = form.cleaned_data, request.user
    match step:
        case "details":
            service.change_product(found, by=by, **typed | {"category": CategoryField.saved(typed["category"])})
        case "picture":
            service.change_product(found, by=by, picture=pictures.store(typed["picture"].read(pictures.MOST_BYTES + 1)))
        case "listed":
            assert isinstance(form, ListedForm)
            service.list_at(found, form.sections, by=by)
        case "variant":
            assert isinstance(form, VariantForm)
            service.add_variant(found, typed["name"], typed["price"], by=by, **form.of_revision)
    return _("Saved.")


def _change_variant(found: Variant, step: str, form: RefusableForm, request: SignedInRequest) -> str:
    typed, by = form.cleaned_data, request.user
    match step:
        case "price":
            assert isinstance(form, PriceForm)
            return _set_price(found, form, request)
        case "name":
            service.rename_variant(found, typed["name"], by=by)
        case "barcode":
            service.add_barcode(found, typed["code"], by=by)
        case "happy":
            service.add_happy_hour(found, by=by, **typed)
    return _("Saved.")


def _set_price(found: Variant, form: PriceForm, request: SignedInRequest) -> str:
    price, now = form.cleaned_data["price"], found.revision
    same = {"vat_permille", "deposit", "minimum_age"}
    if now and now.unit_minor == price.minor and all(getattr(now, each) == form.of_revision[each] for each in same):
        return _("Nothing changed: this is the price already.")
    service.set_price(found, price, by=request.user, after=form.cleaned_data["after"], **form.of_revision)
    return _("The new price is in force. What was sold before keeps its price.")


def _press(found: Variant, step: str, request: SignedInRequest) -> str:
    """A button without a form of its own."""
    by, which = request.user, request.POST.get("which", "")
    if step == "no_barcode":
        service.remove_barcode(found, which, by=by)
    elif step == "end_happy" and which.isascii() and which.isdigit() and len(which) < 19:
        for happy_hour in found.happy_hours.filter(pk=int(which)):
            service.end_happy_hour(happy_hour, by=by)
    elif step in ("show", "hide"):
        service.show_variant(found, step == "show", by=by)
    else:
        raise NotFound
    return _("Saved.")


def _status(forms: dict[str, RefusableForm]) -> int:
    return max(form.status for form in forms.values())
