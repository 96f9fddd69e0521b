"""Making products, and changing their prices: each change is a new revision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from conversion.money import Money
from ledger.models import Wallet
from shop.sale_points.models import Listing, SalePoint

from .models import Category, Product, Revision, Variant


@transaction.atomic
def make_product(
    *,
    seller: Wallet,
    name: str,
    price: Money,
    by: User,
    variants: Sequence[str] = ("",),
    kind: str = Product.Kind.GOODS,
    category: Category | None = None,
    sale_points: Sequence[SalePoint] = (),
    section: str = "",
    **more: Any,
) -> Product:
    """Makes a product with its variants, all at `price`, and lists it at the sale points.

    `more` are other fields of a product (`description`, `is_featured`) or of a revision (`vat_permille`, `deposit`,
    `minimum_age`).
    """
    of_revision = {field: more.pop(field) for field in ("vat_permille", "deposit", "minimum_age") if field in more}
    product = Product.objects.create(seller=seller, name=name, kind=kind, category=category, **more)
    for position, variant in enumerate(variants):
        made = Variant.objects.create(product=product, name=variant, position=position)
        set_price(made, price, by=by, **of_revision)
    for sale_point in sale_points:
        Listing.objects.create(sale_point=sale_point, product=product, section=section)
    return product


@transaction.atomic
def set_price(
    variant: Variant,
    price: Money,
    *,
    by: User,
    vat_permille: int = 0,
    deposit: Variant | None = None,
    minimum_age: int | None = None,
) -> Revision:
    """Sells the variant at this price from now on. What was sold before keeps its price."""
    assert price.currency == variant.product.currency
    Variant.objects.select_for_update().get(pk=variant.pk)  # two who change the price number their revisions in turn
    newest = variant.revisions.aggregate(number=Max("number", default=0))["number"]
    revision = Revision.objects.create(
        variant=variant,
        number=newest + 1,
        title=variant.title,
        unit_minor=price.minor,
        vat_permille=vat_permille,
        deposit=deposit,
        minimum_age=minimum_age,
        made_by=by,
    )
    variant.revision = revision
    variant.save(update_fields=["revision"])
    return revision
