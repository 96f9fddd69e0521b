"""Takes the products of another system's export beside the shop, but for those with a forbidden name."""

from __future__ import annotations

from accounts.models import User
from ledger.models import Wallet
from payments.importers import ImportedProduct, NotTaken, ProductImporter

taken: list[tuple[ImportedProduct, Wallet, User]] = []
killed_at: set[str] = set()  # names at which the worker is killed, once each


def take(found: ImportedProduct, seller: Wallet, by: User) -> str:
    if found.name == "Forbidden":
        raise NotTaken("It is forbidden.")
    if found.name in killed_at:
        killed_at.remove(found.name)
        raise SystemExit
    taken.append((found, seller, by))
    return ""


PRODUCT_IMPORTERS = [ProductImporter(take, page="")]
