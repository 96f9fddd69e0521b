"""Making and changing products. A new price or name is a new revision; other changes are written down."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from conversion.money import Money
from ledger.models import Wallet
from shop.sale_points.models import Listing, SalePoint

from .errors import BarcodeTaken, NameTaken, PriceMovedOn
from .models import Barcode, Category, Change, HappyHour, Product, Revision, Variant

BARCODE = re.compile(r"[0-9A-Z]{4,64}", re.ASCII)


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
    sale_points: Iterable[SalePoint] = (),
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
    write_down(product, _("Made"), by=by)
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
    after: int | None = None,
) -> Revision:
    """Sells the variant at this price from now on. What was sold before keeps its price.

    `after` is the number of the revision that the page showed. Raises PriceMovedOn if it is not the newest any more.
    """
    assert price.currency == variant.product.currency
    Variant.objects.select_for_update().get(pk=variant.pk)  # two who change the price number their revisions in turn
    newest = variant.revisions.aggregate(number=Max("number", default=0))["number"]
    if after is not None and after != newest:
        raise PriceMovedOn
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


@transaction.atomic
def add_variant(product: Product, name: str, price: Money, *, by: User, **of_revision: Any) -> Variant:
    """Another variant of the product. Raises NameTaken."""
    Product.objects.select_for_update(no_key=True).get(pk=product.pk)
    if product.variants.filter(name=name).exists():
        raise NameTaken
    made = Variant.objects.create(product=product, name=name, position=product.variants.count())
    set_price(made, price, by=by, **of_revision)
    write_down(product, _("Variant added: %(name)s") % {"name": name}, by=by)
    return made


@transaction.atomic
def rename_variant(variant: Variant, name: str, *, by: User) -> None:
    """Raises NameTaken."""
    product, before = variant.product, variant.name
    Product.objects.select_for_update(no_key=True).get(pk=product.pk)
    if before == name:
        return
    if product.variants.filter(name=name).exists():
        raise NameTaken
    variant.name = name
    variant.save(update_fields=["name"])
    _retitle(variant, by=by)
    write_down(product, _("Variant renamed: %(before)s → %(after)s") % {"before": before, "after": name}, by=by)


@transaction.atomic
def change_product(product: Product, *, by: User, **fields: Any) -> None:
    """Changes these fields of a product, and writes down each change. A new name is a new revision of each variant."""
    before = Product.objects.select_for_update(no_key=True).get(pk=product.pk)
    changed = [field for field in fields if getattr(before, field) != fields[field]]
    for field in changed:
        setattr(product, field, fields[field])
        write_down(product, _what(field, getattr(before, field), fields[field]), by=by)
    product.save(update_fields=changed)
    if "name" in changed:
        for variant in product.variants.select_related("product", "revision"):
            _retitle(variant, by=by)


@transaction.atomic
def show_variant(variant: Variant, is_shown: bool, *, by: User) -> None:
    if Variant.objects.exclude(is_shown=is_shown).filter(pk=variant.pk).update(is_shown=is_shown):
        what = _("Sold again: %(title)s") if is_shown else _("Not sold any more: %(title)s")
        write_down(variant.product, what % {"title": variant.title}, by=by)


@transaction.atomic
def list_at(product: Product, sections: dict[SalePoint, str | None], *, by: User) -> None:
    """At each of these sale points, the product is in this section from now on; None: it is not sold there."""
    for sale_point, section in sections.items():
        found = Listing.objects.select_for_update(no_key=True).filter(sale_point=sale_point, product=product).first()
        if (found.section if found else None) == section:
            continue
        if section is None:
            assert found is not None
            found.delete()
            write_down(product, _("Not sold at %(place)s any more") % {"place": sale_point}, by=by)
            continue
        Listing.objects.update_or_create(sale_point=sale_point, product=product, defaults={"section": section})
        write_down(product, _("Sold at %(place)s (%(section)s)") % {"place": sale_point, "section": section}, by=by)


def barcode_in(text: str) -> str | None:
    """The code in the text as scanners read it; None if it is none."""
    code = re.sub(r"[\s\-]", "", text).upper()
    return code if BARCODE.fullmatch(code) else None


def add_barcode(variant: Variant, code: str, *, by: User) -> None:
    """Raises BarcodeTaken, also if this variant has it."""
    try:
        with transaction.atomic():
            Barcode.objects.create(code=code, variant=variant)
            write_down(variant.product, _("Barcode added: %(code)s") % {"code": code}, by=by)
    except IntegrityError as error:
        raise BarcodeTaken from error


@transaction.atomic
def remove_barcode(variant: Variant, code: str, *, by: User) -> None:
    """A second call changes nothing."""
    if Barcode.objects.filter(variant=variant, code=code).delete()[0]:
        write_down(variant.product, _("Barcode removed: %(code)s") % {"code": code}, by=by)


def add_happy_hour(
    variant: Variant,
    price: Money,
    *,
    by: User,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    is_weekly: bool = False,
    sale_point: SalePoint | None = None,
) -> HappyHour:
    return HappyHour.objects.create(
        variant=variant,
        sale_point=sale_point,
        unit_minor=price.minor,
        starts_at=starts_at,
        ends_at=ends_at,
        is_weekly=is_weekly,
        made_by=by,
    )


@transaction.atomic
def end_happy_hour(happy_hour: HappyHour, *, by: User) -> None:
    """It counts no longer. Its row stays, since lines were sold at its price. A second call changes nothing."""
    if HappyHour.objects.filter(pk=happy_hour.pk, ended_at=None).update(ended_at=Now()):
        write_down(happy_hour.variant.product, _("Happy hour ended: %(which)s") % {"which": happy_hour}, by=by)


def write_down(product: Product, what: str, *, by: User) -> None:
    Change.objects.create(product=product, what=what, made_by=by)


def _retitle(variant: Variant, *, by: User) -> None:
    """A revision with the new title, at the same price."""
    if (now := variant.revision) is not None:
        unit = Money(now.unit_minor, variant.product.currency)
        more: dict[str, Any] = {
            "vat_permille": now.vat_permille,
            "deposit": now.deposit,
            "minimum_age": now.minimum_age,
        }
        set_price(variant, unit, by=by, **more)


def _what(field: str, before: object, after: object) -> str:
    """What was changed, in words."""
    match field:
        case "name":
            return _("Renamed: %(before)s → %(after)s") % {"before": before, "after": after}
        case "is_shown":
            return _("Shown") if after else _("Hidden")
        case "is_featured":
            return _("Featured") if after else _("Not featured any more")
        case "category":
            return _("Category: %(name)s") % {"name": after or _("none")}
        case "picture":
            return _("New picture") if after else _("Picture removed")
    return _("Description changed")
