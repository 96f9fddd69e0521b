"""Prices, as they are in force at a sale point at this moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Model, Prefetch, Q, QuerySet

from accounts.models import User
from accounts.people.roles import MERCHANTS
from conversion.errors import NotFound
from ledger.models import Wallet
from shop.sale_points.models import Listing, SalePoint

from .models import Product, Variant

T = TypeVar("T", bound=Model)


@dataclass(frozen=True, slots=True)
class Price:
    """What a variant costs, by ids; amounts in minor units of the seller's currency.

    `unit_minor` is less than `regular_minor` in a happy hour, which ends at `happy_until`. `deposit` is the variant
    that each one brings. `strict` is None for a variant whose stock is not counted.
    """

    variant: int
    revision: int
    number: int
    title: str
    unit_minor: int
    regular_minor: int
    vat_permille: int
    deposit: int | None
    minimum_age: int | None
    seller: int
    strict: bool | None
    happy_until: dt.datetime | None
    reference: UUID  # of the variant


def prices(variants: Iterable[int], sale_point: SalePoint, *, at: dt.datetime | None = None) -> dict[int, Price]:
    """The prices of these variants and of their deposits, by variant. What is not sold at the sale point is missing.

    Without `at`, by the database's clock. It reads no table by a scan, so it may be called inside a money transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM shop_prices(%s, %s, %s, %s)", [list(variants), sale_point.pk, at, settings.TIME_ZONE]
        )
        return {row[0]: Price(*row) for row in cursor.fetchall()}


def product_of(reference: UUID) -> Product:
    """A product that is shown. Raises NotFound."""
    shown = Product.objects.select_related("category", "seller__owner").filter(is_shown=True)
    if (found := shown.filter(reference=reference).first()) is None:
        raise NotFound
    return found


def variant_of(reference: UUID) -> Variant:
    """Raises NotFound."""
    found = Variant.objects.select_related("product__seller").filter(reference=reference).first()
    if found is None:
        raise NotFound
    return found


def variants_with(references: Iterable[UUID]) -> dict[UUID, Variant]:
    """Those of these variants that exist, by reference."""
    found = Variant.objects.select_related("product__seller").filter(reference__in=set(references))
    return {variant.reference: variant for variant in found}


def sellers(ids: Iterable[int]) -> dict[int, Wallet]:
    """The wallets of these sellers with their owners, by id."""
    return {wallet.pk: wallet for wallet in Wallet.objects.select_related("owner").filter(pk__in=set(ids))}


def products_of(search: str = "") -> QuerySet[Product]:
    """Products for the pages of who manages them: featured ones first, with variants, prices and sale points.

    `search` is a part of the name, or a barcode.
    """
    found = Product.objects.select_related("seller__owner", "category").order_by("-is_featured", "name", "pk")
    if search:
        found = found.filter(
            Q(name__icontains=search) | Q(variants__barcodes__code=search.upper().replace(" ", ""))
        ).distinct()
    variants = Variant.objects.select_related("revision").order_by("position", "pk")
    listings = Listing.objects.select_related("sale_point").order_by("sale_point__name")
    return found.prefetch_related(Prefetch("variants", variants), Prefetch("listings", listings))


def variants_of() -> QuerySet[Variant]:
    return Variant.objects.select_related("product__seller__owner", "revision__deposit__product")


def variant_sold_by(seller: User, reference: UUID) -> Variant:
    """Raises NotFound, also for another seller's variant, and for who is no merchant."""
    own = variants_of().filter(product__seller__owner=seller)
    return found_in(own if seller.role in MERCHANTS else own.none(), reference)


def merchants() -> QuerySet[Wallet]:
    """The wallets of all merchants, by the names of their owners."""
    return Wallet.objects.filter(purpose="merchant").select_related("owner").order_by("owner__username")


def found_in(rows: QuerySet[T], reference: UUID) -> T:
    """The one of these rows with this reference. Raises NotFound."""
    if (found := rows.filter(reference=reference).first()) is None:
        raise NotFound
    return found
