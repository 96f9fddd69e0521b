"""Takes the products of another system's export. They are listed at no sale point: that is said on each one's page."""

from __future__ import annotations

import unicodedata

from django.utils.translation import gettext as _

from accounts.models import User
from ledger.models import Wallet
from payments.importers import ImportedProduct, NotTaken, ProductImporter

from .errors import BarcodeTaken
from .models import HIGHEST_MINOR, Category, Product
from .service import add_barcode, barcode_in, make_product


def take(found: ImportedProduct, seller: Wallet, by: User) -> str:
    """Makes the product. Returns a remark about barcodes that it could not get, or "".

    Raises NotTaken for a name or a price that no product has, and where the seller has a product of this name.
    """
    if all(unicodedata.category(sign)[0] in "CZ" for sign in found.name):
        raise NotTaken(_("It has no name."))
    if not 1 <= found.price.minor <= HIGHEST_MINOR:
        raise NotTaken(_("A product cannot have this price."))
    if Product.objects.filter(seller=seller, name__iexact=found.name).exists():
        raise NotTaken(_("The seller has a product of this name."))
    category = Category.objects.get_or_create(name=found.category)[0] if found.category else None
    made = make_product(
        seller=seller, name=found.name, price=found.price, by=by, category=category, is_shown=found.is_active
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
