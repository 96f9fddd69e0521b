"""The products of an import: who sells them here, and giving them one by one to the rooms that make products."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.people.roles import TREASURY
from accounts.people.standing import may_not_move, require_may_move
from conversion.errors import NotFound
from ledger.models import Wallet
from payments.importers import ImportedProduct, NotTaken, product_importers

from . import queries
from .models import Import, ImportProduct
from .service import count_change, locked, require_draft

Outcome = ImportProduct.Outcome


class Paused(Exception):
    """Nobody who may is there to make the product, the account or the transfers: it waits."""


def choose_seller(*, by: User, found: Import, seller: Wallet | None) -> None:
    """Stores which merchant gets the products; None: they are left out.

    Raises NotFound for a wallet that is none of `queries.sellers`, ImportIsClosed, AccountFrozen, RoleMissing.
    """
    require_may_move(by.pk, roles=TREASURY)
    with transaction.atomic():
        require_draft(found)
        if seller is not None and not queries.sellers(found).filter(pk=seller.pk).exists():
            raise NotFound
        Import.objects.filter(pk=found.pk).update(seller=seller)
        count_change(found)


def take_next(found: Import) -> bool:
    """Makes the next waiting product, or notes why it is left out. Returns whether there was one. Raises Paused.

    The product and its result are one transaction, so a worker may be killed at any moment.
    """
    product = found.products.filter(outcome=Outcome.WAITING).order_by("number").first()
    if product is None:
        return False
    try:
        with transaction.atomic():
            if (now := _locked(product)) is not None:
                _decide(product, Outcome.MADE, _taken(now, product))
    except NotTaken as refusal:
        with transaction.atomic():
            if _locked(product) is not None:
                _decide(product, Outcome.SKIPPED, str(refusal))
    return True


def _locked(product: ImportProduct) -> Import | None:
    """The import, locked; None if another worker was faster."""
    now = locked(product.of_import_id)
    is_waiting = now.products.filter(pk=product.pk, outcome=Outcome.WAITING).exists()
    return now if is_waiting and now.status == Import.Status.RUNNING else None


def _taken(found: Import, product: ImportProduct) -> str:
    """The remarks of the rooms that took the product. Raises NotTaken, Paused."""
    assert found.confirmed_by is not None and found.seller is not None
    if may_not_move(found.confirmed_by.pk, roles=TREASURY):
        raise Paused
    if not product_importers:
        raise NotTaken(_("No room takes products."))
    product.of_import = found
    imported = ImportedProduct(
        name=product.name,
        price=product.price,
        category=product.category,
        barcodes=tuple(product.barcodes),
        stock=product.stock,
        is_active=product.is_active,
    )
    remarks = [each.take(imported, found.seller, found.confirmed_by) for each in product_importers]
    return " ".join(filter(None, remarks))


def _decide(product: ImportProduct, outcome: str, text: str) -> None:
    ImportProduct.objects.filter(pk=product.pk).update(outcome=outcome, outcome_text=text)
