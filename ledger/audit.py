"""What must always hold, as queries that return the rows that break it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from .models import AuditRun, Entry, Transfer
from .prepared import PreparedModels


@dataclass(frozen=True, slots=True)
class Law:
    """`query` returns one row (its first column is text) for everything that breaks the law."""

    name: str
    query: str


@dataclass(frozen=True, slots=True)
class Breach:
    law: str
    found: str


@dataclass(frozen=True, slots=True)
class Look:
    """What came of one law."""

    law: Law
    breaches: list[Breach]
    took_s: float


laws: dict[str, Law] = {}  # by name; filled by `wallet_site` from each app's `laws.py`


def breaches() -> list[Breach]:
    """Every row that breaks a law. Empty: the books balance."""
    return [breach for each in look() for breach in each.breaches]


def look() -> list[Look]:
    """All laws, looked at in one snapshot."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0")
        return [_look_at(law, cursor) for law in laws.values()]


def record(looks: list[Look]) -> AuditRun:
    """Remembers when the books were looked at, and what came of it: what the badge shows."""
    return AuditRun.objects.create(breaches=sum(len(each.breaches) for each in looks))


def run() -> AuditRun:
    return record(look())


def size() -> tuple[int, int]:
    """How many transfers and entries there are."""
    return Transfer.objects.count(), Entry.objects.count()


def _look_at(law: Law, cursor: CursorWrapper) -> Look:
    started = time.monotonic()
    cursor.execute(law.query)
    found = [Breach(law.name, row[0]) for row in cursor.fetchall()]
    return Look(law, found, time.monotonic() - started)


_NEWEST_AUDIT = PreparedModels("newest_audit", AuditRun, "ORDER BY at DESC LIMIT 1")


def books() -> AuditRun | None:
    """The newest look at the books, for the badge."""
    return next(iter(_NEWEST_AUDIT.all()), None)
