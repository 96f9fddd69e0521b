"""Many at the same moment, and connections that end at the worst one."""

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
    """Starts all together, each on a connection of its own; counts answers and the names of refusals."""
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
    as_role(settings.DATABASES["default"], "postgres", [f"SELECT pg_terminate_backend({pid}, 2000)"])


@contextmanager
def session_ended_around_commit(moment: str) -> Iterator[list[int]]:
    """The server ends our session once, "before" COMMIT or "after", when its reply is on the way: whose it was."""
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
        with connection.cursor() as cursor:  # says what the driver says when a reply never comes
            return cursor.execute("SELECT 1")

    with mock.patch.object(transaction.Atomic, "__exit__", cut):
        yield lost
