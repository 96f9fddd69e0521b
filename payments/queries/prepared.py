"""Questions of the hot pages that the server plans once for each connection, not each time they are asked."""

from __future__ import annotations

import re
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection

_known: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()  # what each connection of psycopg2's has prepared


class Prepared:
    """`select` with $1, $2 … for its values. For joins: planning them takes longer than running them.

    The plan holds for all values (`plan_cache_mode` in `wallet_site.roles`), and until the server has new statistics.
    """

    def __init__(self, name: str, select: str) -> None:
        self._prepare = f"PREPARE {name} AS {select}"
        values = len(set(re.findall(r"\$\d+", select)))
        self._execute = f"EXECUTE {name}({', '.join(['%s'] * values)})"
        self._name = name

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            known = _known.setdefault(connection.connection, set())
            if self._name not in known:
                cursor.execute(self._prepare)
                known.add(self._name)
            cursor.execute(self._execute, values)
            return cursor.fetchall()
