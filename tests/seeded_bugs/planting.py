"""What a seeded bug is, and the ways to plant one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connections
from django.db.models.signals import post_migrate

from wallet_site.install_sql import files


@dataclass(frozen=True, slots=True)
class Bug:
    """A bug: `what` is wrong, how to `plant` it, and the test modules in which at least one test must fail."""

    what: str
    plant: Callable[[], None]
    found_by: tuple[str, ...]


def in_sql(*changes: tuple[str, str], and_then: str = "") -> Callable[[], None]:
    """Plants a bug in the ledger's SQL: replaces each (right, wrong) text, and installs the SQL after every migrate.

    `and_then` is a further SQL statement. Fails, before anything is planted, where the SQL no longer holds a text that
    is to be replaced.
    """
    for good, _bad in changes:
        assert good in _sql(), f"the SQL no longer says {good!r}"

    def plant() -> None:
        def spoil(*, using: str, **_: Any) -> None:
            sql = _sql()
            for good, bad in changes:
                sql = sql.replace(good, bad)
            with connections[using].cursor() as cursor:
                cursor.execute("SELECT to_regclass('ledger_transfer') IS NOT NULL")
                if cursor.fetchone() == (True,):
                    cursor.execute(sql)
                    if and_then:
                        cursor.execute(and_then)

        post_migrate.connect(spoil, weak=False, dispatch_uid="seeded bug")

    return plant


@cache
def _sql() -> str:
    return "\n".join(path.read_text() for path in files())


def patched(module: Any, name: str, bad: Callable[[Callable[..., Any]], Any]) -> Callable[[], None]:
    """Plants a bug in Python: replaces `module.name` by what `bad` makes of it."""
    return lambda: setattr(module, name, bad(getattr(module, name)))


def all_of(*plants: Callable[[], None]) -> Callable[[], None]:
    def plant() -> None:
        for each in plants:
            each()

    return plant
