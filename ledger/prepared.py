"""Queries of the most visited pages. The database plans each once for a connection instead of at every execution."""

from __future__ import annotations

import re
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import connection, models

M = TypeVar("M", bound=models.Model)
_known: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()  # psycopg2 connection → prepared names


class Prepared:
    """A SELECT with $1, $2 … for its values, prepared under `name`. Planning a join takes longer than running it.

    One plan serves all values (`plan_cache_mode` in `runtime.roles`), until the server has new statistics. Behind a
    connection pooler, nothing is prepared: the next statement may go to another server process, which does not know
    the prepared one.
    """

    def __init__(self, name: str, select: str) -> None:
        self._prepare = f"PREPARE {name} AS {select}"
        values = len(set(re.findall(r"\$\d+", select)))
        self._execute = f"EXECUTE {name}({', '.join(['%s'] * values)})" if values else f"EXECUTE {name}"
        self._at_once = re.sub(r"\$(\d+)", r"%(\1)s", select)
        self._name = name

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of the SELECT. `values` are those of $1, $2 … in this order."""
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
    """A prepared query for whole rows of one model. It takes a third of the time of a query set.

    The model must have no field that converts its values when they are read (`from_db_value`).
    """

    def __init__(self, name: str, model: type[M], where: str) -> None:
        fields = model._meta.concrete_fields
        assert not any(hasattr(field, "from_db_value") for field in fields), model
        columns = ", ".join(str(field.column) for field in fields)
        select = f"SELECT {columns} FROM {model._meta.db_table} {where}"  # noqa: S608 - all of it is written here
        self._rows = Prepared(name, select)
        self._model, self._fields = model, [field.attname for field in fields]

    def all(self, *values: Any) -> list[M]:
        return [self._model.from_db(connection.alias, self._fields, row) for row in self._rows.rows(*values)]
