"""Processes that run tests beside this one, in other databases of the same server, and what they share unawares.

The watermark up to which entries are settled and seals are made is the oldest transaction under way *on the server*.
Whoever copies a database for the next test meanwhile holds it back, and a test would not find settled what it booked.
So before anything is settled or sealed here, the neighbours' transactions of that moment are waited for. What is under
way in the test's own database is the test's own affair.
"""

from __future__ import annotations

import os
import threading
import time
from functools import cache
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connection

from ledger import transactions as db

UNDER_WAY = "SELECT pid, backend_xid::text FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND datname <> %s"
LONGEST_S = 30.0

_one_at_a_time = threading.Lock()


def are_waited_for() -> None:
    """From now on, in this process."""
    begin = db._beginning_with

    def begin_after_them(words: str) -> Any:
        if words.startswith(db.REPEATABLE_READ):
            _wait_for_them()
        return begin(words)

    db._beginning_with = begin_after_them


def _wait_for_them() -> None:
    give_up_at = time.monotonic() + LONGEST_S
    waited_for = _under_way()
    while waited_for := waited_for & _under_way():
        if time.monotonic() > give_up_at:
            raise TimeoutError(f"Other tests hold the watermark back: {waited_for}")
        threading.Event().wait(0.002)  # some tests have sleep() patched


def _under_way() -> set[tuple[int, str]]:
    with _one_at_a_time, _session(os.getpid()).cursor() as cursor:
        cursor.execute(UNDER_WAY, [connection.settings_dict["NAME"]])
        return set(cursor.fetchall())


@cache
def _session(process: int) -> Any:
    """One for each process: a fork must not share its parent's."""
    web = settings.DATABASES["default"]
    host = web.get("HOST") or web.get("OPTIONS", {}).get("host")
    session = psycopg2.connect(
        host=host, port=web.get("PORT") or None, user=web["USER"], password=web["PASSWORD"], dbname="postgres"
    )
    session.autocommit = True
    return session
