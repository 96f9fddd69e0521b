"""Takes the products of another system's export. They are listed at no sale point: that is said on each one's page."""

from __future__ import annotations

import unicodedata

from django.utils.translation import gettext as _

from accounts.models import User
from ledger.models import Wallet
from payments.importers import ImportedProduct, NotTaken, ProductImporter
from shop.fields import TURNS

from .errors import BarcodeTaken
from .models import HIGHEST_MINOR, Category, Product
from .service import add_barcode, barcode_in, make_product


def take(found: ImportedProduct, seller: Wallet, by: User) -> str:
    """Makes the product, without what turns text around. Returns a remark about barcodes that it could not get, or "".

    Raises NotTaken for a name or a price that no product has, and where the seller has a product of this name.
    """
    name, category = (TURNS.sub("", text).strip() for text in (found.name, found.category))
    if all(unicodedata.category(sign)[0] in "CZ" for sign in name):
        raise NotTaken(_("It has no name."))
    if not 1 <= found.price.minor <= HIGHEST_MINOR:
        raise NotTaken(_("A product cannot have this price."))
    if Product.objects.filter(seller=seller, name__iexact=name).exists():
        raise NotTaken(_("The seller has a product of this name."))
    of_category = Category.objects.get_or_create(name=category)[0] if category else None
    made = make_product(
        seller=seller, name=name, price=found.price, by=by, category=of_category, is_shown=found.is_active
    )
    variant, remarks = made.variants.get(), []
    for text in dict.fromkeys(found.barcodes):
        if (code := barcode_in(text)) is None:
            remarks.append(_("Made without a barcode that no scanner reads."))
            continue
        try:
            add_barcode(variant, code, by=by)
        except BarcodeTaken:
            remarks.append(_("Made without a barcode that another product has."))
    return " ".join(dict.fromkeys(remarks))


PRODUCT_IMPORTERS = [ProductImporter(take, page="staff:shop_products")]
