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
from tests.base import MoneyTestCase
from tests.runner import as_role


def at_once(actions: list[Callable[[], Any]]) -> Counter[str]:
    """Runs all actions at the same moment, each in its own thread and on its own database connection.

    Threads and connections stay for the next call, as those of a server do: a new session of PostgreSQL plans and
    compiles everything anew, which took most of a race's time. They end with the test.

    Returns how often each outcome occurred: "done", or the class name of a PaymentError. Raises any other error.
    """
    ready = threading.Barrier(len(actions), timeout=20)  # nobody takes a second action before all have one

    def run(action: Callable[[], Any]) -> str:
        outcome = "done"
        try:
            if connection.connection is not None and not connection.is_usable():
                connection.close()
            connection.ensure_connection()
            ready.wait()
            action()
        except PaymentError as refusal:
            outcome = type(refusal).__name__
        except BaseException:
            connections.close_all()
            raise
        assert connection.get_autocommit(), "a transaction stayed open"
        return outcome

    return Counter(_threads().map(run, actions))


_pool: list[ThreadPoolExecutor] = []
MOST_AT_ONCE = 80  # the server of the tests allows 200 sessions


def _threads() -> ThreadPoolExecutor:
    """The threads of this test."""
    if not _pool:
        _pool.append(ThreadPoolExecutor(MOST_AT_ONCE))
        MoneyTestCase.ending.append(_end_threads)
    return _pool[0]


def _end_threads() -> None:
    pool = _pool.pop()
    everybody = threading.Barrier(len(pool._threads), timeout=20)

    def leave() -> None:
        everybody.wait()  # so that each thread does this once
        connections.close_all()

    for done in [pool.submit(leave) for _ in range(everybody.parties)]:
        done.result()
    pool.shutdown()


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
