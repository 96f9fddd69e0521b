"""Stock: beginning to count it, deliveries and waste, settling what is pending."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef

from accounts.models import User
from conversion.errors import KeyReused
from ledger.transactions import WithIt, in_one_transaction, moving_nothing
from shop.products.models import Variant

from .errors import FewerThanNone, SoldOut
from .models import Stock, StockMove

Reason = StockMove.Reason


def lock_name(variant: int) -> str:
    """The name under which a money transaction locks the stock of this variant (`also_lock`)."""
    return f"stock:{variant}"


def count(variant: Variant, *, strict: bool) -> None:
    """Begins to count the variant's stock, from zero; or changes whether it is sold below zero.

    Raises FewerThanNone where the stock is to be strict, and is below zero.
    """
    moving_nothing(partial(_settle, variant.pk), also_lock=[lock_name(variant.pk)])
    in_one_transaction(partial(_count, variant.pk, strict), also_lock=[lock_name(variant.pk)])


def move(
    variant: Variant,
    change: int,
    reason: str,
    *,
    by: User,
    key: UUID,
    note: str = "",
    with_it: WithIt[None] | None = None,
) -> None:
    """Books a delivery (above zero) or waste (below zero). The same key again changes nothing.

    Raises SoldOut where a strict stock has fewer than are thrown away, KeyReused for a key that moved something else.
    """
    decide = partial(_move, variant.pk, change, reason, by.pk, key, note)
    in_one_transaction(decide, also_lock=[lock_name(variant.pk)], with_it=with_it)


def put(
    variant: int, change: int, reason: str, *, by: int, line: int | None = None, key: UUID | None = None, note: str = ""
) -> None:
    """Moves the stock inside a money transaction that has locked it. Raises SoldOut, which rolls the rest back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT shop_move_stock(%s, %s, %s, %s, %s, %s, %s)",
            [variant, change, reason, line, by, key and str(key), note],
        )
        if not cursor.fetchone()[0]:
            raise SoldOut


def settle_all() -> int:
    """Settles every stock that has pending moves. Returns how many moves were settled."""
    pending = StockMove.objects.filter(variant_id=OuterRef("pk"), pending=True, xid__gte=OuterRef("upto"))
    waiting = Stock.objects.filter(Exists(pending)).values_list("pk", flat=True)
    return sum(moving_nothing(partial(_settle, variant), also_lock=[lock_name(variant)]) for variant in waiting)


def _move(variant: int, change: int, reason: str, by: int, key: UUID, note: str) -> None:
    known = StockMove.objects.filter(made_by=by, key=key).values_list("variant_id", "change", "reason").first()
    if known is None:
        put(variant, change, reason, by=by, key=key, note=note)
    elif known != (variant, change, reason):
        raise KeyReused("quantity")


def _settle(variant: int) -> int:
    if not Stock.objects.filter(pk=variant).exists():
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT shop_settle_stock(%s)", [variant])
        return cursor.fetchone()[0]


def _count(variant: int, strict: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT shop_count_stock(%s, %s)", [variant, strict])
        if not cursor.fetchone()[0]:
            raise FewerThanNone
