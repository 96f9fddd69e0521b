"""Deadlines of our own on everything that this process asks of the database.

A server that is stopped, or whose synchronous standby is gone, sends nothing at all. Neither its `statement_timeout`
nor TCP notices that, and libpq waits for ever. With `set_deadlines`, psycopg2 waits by a function of ours that gives
up: while it connects, for each statement, and for COMMIT. COPY does not work on a connection that waits this way.

Once the server was silent, one connection at a time is tried, and all others fail at once. Otherwise each request would
wait on its own, and the requests behind it would wait for a thread.
"""

from __future__ import annotations

import contextlib
import select
import threading
import time
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import psycopg2
from psycopg2 import extensions

STATEMENT_S = 4.0  # one second more than the web role's statement_timeout: a server that lives answers before
CONNECT_S = 2.0
PAUSE_S = 1.0  # between two tries to connect to a silent server


class DatabaseSilent(psycopg2.OperationalError):
    """The server sent no answer in time. The connection is closed, and the outcome is unknown."""


class _Silence:
    """What this process knows: whether the server was silent when it was asked last. Threads share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._try_again_at: float | None = None  # of the monotonic clock; None while the server answers

    def began(self) -> None:
        with self._lock:
            self._try_again_at = time.monotonic() + PAUSE_S

    def ended(self) -> None:
        self._try_again_at = None

    def may_connect(self, within_s: float) -> bool:
        """Whether this thread may try now. The others may not until it has an answer, or gave up after `within_s`."""
        with self._lock:
            now = time.monotonic()
            if self._try_again_at is None:
                return True
            if now < self._try_again_at:
                return False
            self._try_again_at = now + within_s + PAUSE_S
            return True


_silence = _Silence()
_longer_s: ContextVar[float | None] = ContextVar("longer_s", default=None)


def set_deadlines(statement_s: float = STATEMENT_S, connect_s: float = CONNECT_S) -> None:
    """Gives each statement of this process `statement_s` seconds, and each new connection `connect_s` seconds."""

    def wait(connection: Any) -> None:
        is_new = connection.status == extensions.STATUS_SETUP
        if is_new and not _silence.may_connect(connect_s):
            raise DatabaseSilent("the database did not answer a moment ago")
        _wait(connection, connect_s if is_new else _longer_s.get() or statement_s)

    extensions.set_wait_callback(wait)


@contextlib.contextmanager
def longer_deadlines(statement_s: float) -> Iterator[None]:
    """Each statement of this thread has `statement_s` seconds until the block ends."""
    before = _longer_s.set(statement_s)
    try:
        yield
    finally:
        _longer_s.reset(before)


def _wait(connection: Any, most_s: float) -> None:
    """Waits for the server's answer. Raises DatabaseSilent, after which psycopg2 closes the connection."""
    give_up_at = time.monotonic() + most_s
    while (state := connection.poll()) != extensions.POLL_OK:
        waiting = select.poll()
        waiting.register(connection.fileno(), select.POLLIN if state == extensions.POLL_READ else select.POLLOUT)
        # Never less than one look: if this process itself was stopped meanwhile, the answer may have arrived.
        if not waiting.poll(max(0.0, give_up_at - time.monotonic()) * 1000):
            _silence.began()
            raise DatabaseSilent(f"the database did not answer within {most_s:.1f} s")
    _silence.ended()
