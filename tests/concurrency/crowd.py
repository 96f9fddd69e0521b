"""Helpers for races: many actions at the same moment, and database sessions that end around COMMIT."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.conf import settings
from django.db import connection, connections, transaction

from conversion.errors import PaymentError
from tests.runner import as_role


def at_once(actions: list[Callable[[], Any]]) -> Counter[str]:
    """Runs all actions at the same moment, each in its own thread and on its own database connection.

    Returns how often each outcome occurred: "done", or the class name of a PaymentError. Raises any other error.
    """
    ready = threading.Barrier(len(actions), timeout=20)

    def run(action: Callable[[], Any]) -> str:
        try:
            connection.ensure_connection()
            ready.wait()
            action()
        except PaymentError as refusal:
            return type(refusal).__name__
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(actions)) as pool:
        return Counter(pool.map(run, actions))


def end_session(pid: int) -> None:
    """Ends the PostgreSQL session `pid`, and waits up to 2 s until it has ended."""
    as_role(settings.DATABASES["default"], "postgres", [f"SELECT pg_terminate_backend({pid}, 2000)"])


@contextmanager
def session_ended_around_commit(moment: str) -> Iterator[list[int]]:
    """Within the block, PostgreSQL ends our session once: `moment` is "before" or "after" the first durable COMMIT.

    "after" means that PostgreSQL has committed and we never read its reply. Yields a list that then holds the id of
    the ended session.
    """
    commit = transaction.Atomic.__exit__
    lost: list[int] = []

    def cut(atomic: Any, *details: Any) -> None:
        if not atomic.durable or lost or details[0] is not None:
            return commit(atomic, *details)
        lost.append(connection.connection.get_backend_pid())
        if moment == "before":
            end_session(lost[0])
            return commit(atomic, *details)
        commit(atomic, *details)
        end_session(lost[0])
        with connection.cursor() as cursor:  # raises the error that the driver raises for a lost reply
            return cursor.execute("SELECT 1")

    with mock.patch.object(transaction.Atomic, "__exit__", cut):
        yield lost
