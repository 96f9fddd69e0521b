"""Questions of the hot pages that the server plans once for each connection, not each time they are asked."""

from __future__ import annotations

import re
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import connection, models

M = TypeVar("M", bound=models.Model)
_known: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()  # what each connection of psycopg2's has prepared


class Prepared:
    """`select` with $1, $2 … for its values. Planning a join takes longer than running it.

    The plan holds for all values (`plan_cache_mode` in `runtime.roles`), and until the server has new statistics.
    Behind a pooler, where the next statement may meet another server process, everything is planned each time.
    """

    def __init__(self, name: str, select: str) -> None:
        self._prepare = f"PREPARE {name} AS {select}"
        values = len(set(re.findall(r"\$\d+", select)))
        self._execute = f"EXECUTE {name}({', '.join(['%s'] * values)})" if values else f"EXECUTE {name}"
        self._at_once = re.sub(r"\$(\d+)", r"%(\1)s", select)
        self._name = name

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            if settings.DATABASE_POOLED:
                cursor.execute(self._at_once, {str(number): value for number, value in enumerate(values, start=1)})
                return cursor.fetchall()
            known = _known.setdefault(connection.connection, set())
            if self._name not in known:
                cursor.execute(self._prepare)
                known.add(self._name)
            cursor.execute(self._execute, values)
            return cursor.fetchall()


class PreparedModels(Generic[M]):
    """Whole rows of one model, for which its fields need no converting: a third of what a query set takes."""

    def __init__(self, name: str, model: type[M], where: str) -> None:
        fields = model._meta.concrete_fields
        assert not any(hasattr(field, "from_db_value") for field in fields), model
        columns = ", ".join(str(field.column) for field in fields)
        select = f"SELECT {columns} FROM {model._meta.db_table} {where}"  # noqa: S608 - all of it is written here
        self._rows = Prepared(name, select)
        self._model, self._fields = model, [field.attname for field in fields]

    def all(self, *values: Any) -> list[M]:
        return [self._model.from_db(connection.alias, self._fields, row) for row in self._rows.rows(*values)]
