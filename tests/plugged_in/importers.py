"""Takes the products of another system's export, as a shop would, and remembers them for the tests."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from payments.importers import ImportedProduct

taken: dict[tuple[UUID, str], ImportedProduct] = {}


def take(reference: UUID, products: Sequence[ImportedProduct]) -> None:
    taken.update({(reference, product.old_id): product for product in products})


PRODUCT_IMPORTERS = [take]
