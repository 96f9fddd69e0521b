"""The log of calls: how many a credential made on each day, and how many of them were refused, for its owner to see.

A process collects them and writes them once a minute, so a call needs no write of its own. What it has not written when
it is killed is lost.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import Counter
from typing import NamedTuple

from django.conf import settings
from django.db import DatabaseError, connection

EVERY_S = 60.0
KEPT_DAYS = 90

_counted: Counter[tuple[str, int]] = Counter()  # by credential and HTTP status
_lock = threading.Lock()
_written_at = time.monotonic()


class Day(NamedTuple):
    day: dt.date
    calls: int
    refused: int


def note(credential: str, status: int) -> None:
    """Counts a call. Writes what was counted once it is a minute old."""
    with _lock:
        _counted[credential, status] += 1
    if time.monotonic() > _written_at + EVERY_S:
        write()


def write() -> None:
    """Adds what this process has counted to the table. Where that fails, the next time adds it."""
    global _written_at
    with _lock:
        counted, _written_at = _counted.copy(), time.monotonic()
        _counted.clear()
    try:
        with connection.cursor() as cursor:
            cursor.executemany(
                """INSERT INTO api_call AS known (credential, day, status, calls)
                        VALUES (%s, (clock_timestamp() AT TIME ZONE %s)::date, %s, %s)
                   ON CONFLICT (credential, day, status) DO UPDATE SET calls = known.calls + EXCLUDED.calls""",
                [(credential, settings.TIME_ZONE, status, calls) for (credential, status), calls in counted.items()],
            )
    except DatabaseError:
        with _lock:
            _counted.update(counted)


def days_of(credential: str, *, days: int = 30) -> list[Day]:
    """The newest days on which this credential made calls, the latest first."""
    write()
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT day, sum(calls)::bigint, coalesce(sum(calls) FILTER (WHERE status >= 400), 0)::bigint
                 FROM api_call WHERE credential = %s GROUP BY day ORDER BY day DESC LIMIT %s""",
            [credential, days],
        )
        return [Day(*row) for row in cursor.fetchall()]


def forget_the_old() -> int:
    """Removes calls that are older than KEPT_DAYS, and rates that nobody uses. Returns how many rows."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM api_call WHERE day < current_date - %s", [KEPT_DAYS])
        removed = cursor.rowcount
        cursor.execute("DELETE FROM api_use WHERE minute < clock_timestamp() - interval '1 hour'")
        return removed + cursor.rowcount
