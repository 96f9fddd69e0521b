"""The plug for what an import of another system brings besides people: its products.

The room that sells products lists a function in its `importers.py`, as `PRODUCT_IMPORTERS`. It is called when an import
is finished, perhaps more than once, so it must know what it took before, by the import's reference and `old_id`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from conversion.money import Money


@dataclass(frozen=True, slots=True)
class ImportedProduct:
    """A product as the other system had it. `stock` is None where it counted none; `barcodes` may be empty."""

    old_id: str
    name: str
    price: Money
    stock: int | None
    barcodes: tuple[str, ...]
    is_active: bool


ProductImporter = Callable[[UUID, Sequence[ImportedProduct]], None]

product_importers: list[ProductImporter] = []  # filled by `wallet_site.plugs`
