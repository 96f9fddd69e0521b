from __future__ import annotations

from collections.abc import Iterable

from django.db import connection


def left(variants: Iterable[int]) -> dict[int, tuple[bool, int]]:
    """For each variant whose stock is counted: whether it is strict, and how many are there, pending moves included.

    For pages only: inside a money transaction, reading the pending moves would make the others abort.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM shop_left(%s)", [list(variants)])
        return {variant: (strict, many) for variant, strict, many in cursor.fetchall()}
