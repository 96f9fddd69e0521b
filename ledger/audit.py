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
class LawReport:
    """Which rows break one law, and how long the query took."""

    law: Law
    breaches: list[Breach]
    took_s: float


laws: dict[str, Law] = {}  # by name; filled by `wallet_site` from each app's `laws.py`


def breaches() -> list[Breach]:
    """Every row that breaks a law. Empty: the books balance."""
    return [breach for each in report() for breach in each.breaches]


def report() -> list[LawReport]:
    """The audit report: every law asked, all in one snapshot."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0")
        return [_report_on(law, cursor) for law in laws.values()]


def record(reports: list[LawReport]) -> AuditRun:
    """Stores when the audit ran and how many rows broke a law: what the badge shows."""
    return AuditRun.objects.create(breaches=sum(len(each.breaches) for each in reports))


def run() -> AuditRun:
    return record(report())


def size() -> tuple[int, int]:
    """How many transfers and entries there are."""
    return Transfer.objects.count(), Entry.objects.count()


def _report_on(law: Law, cursor: CursorWrapper) -> LawReport:
    started = time.monotonic()
    cursor.execute(law.query)
    found = [Breach(law.name, row[0]) for row in cursor.fetchall()]
    return LawReport(law, found, time.monotonic() - started)


_NEWEST_AUDIT = PreparedModels("newest_audit", AuditRun, "ORDER BY at DESC LIMIT 1")


def books() -> AuditRun | None:
    """The newest audit, for the badge."""
    return next(iter(_NEWEST_AUDIT.all()), None)
