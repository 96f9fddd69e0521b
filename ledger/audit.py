"""The audit: it runs every law, reports the rows that break one, and stores how many those were."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from .models import AuditRun, Entry, Transfer

AUDITED_EVERY_S = 3600  # and not every night, because the badge shows the result


@dataclass(frozen=True, slots=True)
class Law:
    """One law. `query` returns a row for each thing that breaks it; the first column is a text that names the thing."""

    name: str
    query: str


@dataclass(frozen=True, slots=True)
class Breach:
    """One row that breaks a law: the law's name, and the text that the law's query returned."""

    law: str
    found: str


@dataclass(frozen=True, slots=True)
class LawReport:
    """The rows that break one law, and how many seconds its query took."""

    law: Law
    breaches: list[Breach]
    took_s: float


laws: dict[str, Law] = {}  # by name; filled by `wallet_site` from each app's `laws.py`


def breaches() -> list[Breach]:
    """Every row that breaks a law. If the list is empty, the books balance."""
    return [breach for each in report() for breach in each.breaches]


def report() -> list[LawReport]:
    """The audit report: the result of every law, in the order in which the apps bring them."""
    with transaction.atomic(), connection.cursor() as cursor:
        # One snapshot for all laws: a transfer that is booked meanwhile must not look like a breach.
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # The web role's limit for a statement (5 s) is too short for a law over a large ledger.
        cursor.execute("SET LOCAL statement_timeout = 0")
        return [_report_on(law, cursor) for law in laws.values()]


def record(reports: list[LawReport]) -> AuditRun:
    """Stores when the audit ran and how many rows broke a law. The badge shows this."""
    return AuditRun.objects.create(breaches=sum(len(each.breaches) for each in reports))


def run() -> AuditRun:
    """Runs every law and stores the result. The worker calls this as a job."""
    return record(report())


def size() -> tuple[int, int]:
    """The number of transfers and the number of entries in the ledger."""
    return Transfer.objects.count(), Entry.objects.count()


def _report_on(law: Law, cursor: CursorWrapper) -> LawReport:
    started = time.monotonic()
    cursor.execute(law.query)
    found = [Breach(law.name, row[0]) for row in cursor.fetchall()]
    return LawReport(law, found, time.monotonic() - started)
