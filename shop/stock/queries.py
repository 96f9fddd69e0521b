from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.models import QuerySet

from shop.products.models import Variant

from .models import StockMove, StockTake

AT_ONCE = 1000  # more moves than were being written when a stock-take began


def left(variants: Iterable[int]) -> dict[int, tuple[bool, int]]:
    """For each variant whose stock is counted: whether it is strict, and how many are there, pending moves included.

    For pages only: inside a money transaction, reading the pending moves would make the others abort.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM shop_left(%s)", [list(variants)])
        return {variant: (strict, many) for variant, strict, many in cursor.fetchall()}


def counted_variants() -> QuerySet[Variant]:
    """The variants whose stock is counted, in the order in which a list shows them."""
    found = Variant.objects.filter(stock__isnull=False).select_related("product__seller__owner", "stock")
    return found.order_by("product__name", "product_id", "position", "pk")


def moves_of(variant: Variant, *, before: int | None) -> QuerySet[StockMove]:
    """The moves of a variant's stock, the newest first; those before the move `before`."""
    found = StockMove.objects.filter(variant=variant).select_related("made_by").order_by("-pk")
    return found if before is None else found.filter(pk__lt=before)


def moved_since(stock_take: StockTake, variants: Iterable[int]) -> dict[int, int]:
    """By how much each variant's stock has moved since the stock-take began, without counts. Zeros are missing."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT m.variant_id, sum(m.change)::bigint FROM shop_stocktake t
                 JOIN shop_stockmove m ON m.id > t.newest_move - %s AND NOT pg_visible_in_snapshot(m.xid, t.snapshot)
                WHERE t.id = %s AND m.variant_id = ANY (%s) AND m.reason <> 'count'
                GROUP BY m.variant_id HAVING sum(m.change) <> 0""",
            [AT_ONCE, stock_take.pk, list(variants)],
        )
        return dict(cursor.fetchall())
