"""The memory of the jobs: the worker writes it, and the readings tell from it which job is late or fails.

If it cannot be written, the worker logs that and goes on. Then the job looks late, which is true as far as anybody can
know.
"""

from __future__ import annotations

import logging
import time

from django.db import DatabaseError, InterfaceError, connection

from ledger.timestamps import database_now

from .models import JobRun

WRITE_EVERY_S = 10.0  # the job for mass payments runs every second; nobody needs its memory to be as fresh as that

log = logging.getLogger(__name__)

# statement_timestamp, since clock_timestamp moves on within a statement: one moment is in two columns.
_BEGAN = """
    INSERT INTO wallet_site_jobrun (job, last_began_at, reason) VALUES (%s, statement_timestamp(), '')
        ON CONFLICT (job) DO UPDATE SET last_began_at = EXCLUDED.last_began_at"""
_SUCCEEDED = """
    INSERT INTO wallet_site_jobrun (job, last_ended_at, last_succeeded_at, reason)
         VALUES (%s, statement_timestamp(), statement_timestamp(), '')
        ON CONFLICT (job) DO UPDATE SET last_ended_at = EXCLUDED.last_ended_at, failed_since = NULL, reason = '',
                                        last_succeeded_at = EXCLUDED.last_succeeded_at"""
_FAILED = """
    INSERT INTO wallet_site_jobrun AS known (job, last_ended_at, failed_since, reason)
         VALUES (%s, statement_timestamp(), statement_timestamp(), %s)
        ON CONFLICT (job) DO UPDATE SET last_ended_at = EXCLUDED.last_ended_at, reason = EXCLUDED.reason,
                                        failed_since = coalesce(known.failed_since, EXCLUDED.failed_since)"""


class Memory:
    """Writes what one job did."""

    def __init__(self, job: str) -> None:
        self._job = job
        self._written: tuple[float, str] | None = None  # when (monotonic), and the reason

    def began(self) -> None:
        _write(_BEGAN, self._job)

    def ended(self, error: Exception | None) -> None:
        """Stores the end of a run. A run that ends as the one before it is stored every WRITE_EVERY_S seconds."""
        now, reason = time.monotonic(), type(error).__name__ if error else ""
        if self._written and self._written[1] == reason and now - self._written[0] < WRITE_EVERY_S:
            return
        if _write(_FAILED, self._job, reason) if error else _write(_SUCCEEDED, self._job):
            self._written = now, reason


def age_of_success_s(job: str) -> float | None:
    """How many seconds ago the job last succeeded, by the database's clock; None if it never did."""
    run = JobRun.objects.filter(job=job).first()
    return (database_now() - run.last_succeeded_at).total_seconds() if run and run.last_succeeded_at else None


def _write(statement: str, *values: str) -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
    except (DatabaseError, InterfaceError) as error:
        log.warning("the memory of the jobs cannot be written: %s", error)
        return False
    return True
