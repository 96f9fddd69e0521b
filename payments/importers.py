"""The plug for what an import of another system brings besides people: its products.

The room that sells products lists a ProductImporter in its `importers.py`, as `PRODUCT_IMPORTERS`. Treasury calls it
once for each product that was confirmed, inside the transaction that notes the result. So what it makes and the note
are stored together or not at all, and it need not know what it took before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import User
from conversion.money import Money
from ledger.models import Wallet


@dataclass(frozen=True, slots=True)
class ImportedProduct:
    """A product as the other system had it. `category` and `barcodes` may be empty; `stock` None: it counted none."""

    name: str
    price: Money
    category: str
    barcodes: tuple[str, ...]
    stock: int | None
    is_active: bool


class NotTaken(Exception):
    """The product is left out, whatever was made of it so far. The text says why, to a treasurer."""


@dataclass(frozen=True, slots=True)
class ProductImporter:
    """`take` makes a product that this merchant's wallet sells, in the name of the user who confirmed the import.

    It returns a remark for the treasurer, or "", and raises NotTaken. `page` is the page where such products are
    managed.
    """

    take: Callable[[ImportedProduct, Wallet, User], str]
    page: str


product_importers: list[ProductImporter] = []  # filled by `wallet_site.plugs`
