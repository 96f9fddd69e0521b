"""Keeps parallel test processes from delaying each other's settling and sealing. A neighbour is another test process.

Entries are settled and seals are made up to a watermark: the oldest transaction under way *on the server*, in whichever
database. A neighbour that copies a database for its next test holds the watermark back. A test here would then not find
settled what it has booked. So this process waits, before it settles or seals, until the neighbours' transactions of
that moment have ended. It does not wait for transactions in the test's own database: those are part of the test.
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
    """From now on, this process waits for its neighbours before each settling and sealing (REPEATABLE READ)."""
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
        threading.Event().wait(0.002)  # not time.sleep, which some tests replace


def _under_way() -> set[tuple[int, str]]:
    with _one_at_a_time, _session(os.getpid()).cursor() as cursor:
        cursor.execute(UNDER_WAY, [connection.settings_dict["NAME"]])
        return set(cursor.fetchall())


@cache
def _session(process: int) -> Any:
    """One database session for each process: a forked child must not use its parent's."""
    web = settings.DATABASES["default"]
    host = web.get("HOST") or web.get("OPTIONS", {}).get("host")
    session = psycopg2.connect(
        host=host, port=web.get("PORT") or None, user=web["USER"], password=web["PASSWORD"], dbname="postgres"
    )
    session.autocommit = True
    return session
