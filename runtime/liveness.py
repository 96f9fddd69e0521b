"""Asking a web process whether it lives, without ever waiting for it."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path

ASK_EVERY_S = 5.0
ANSWER_WITHIN_S = 6.0  # longer than the limit of a statement: a process that waits for a slow query lives
QUESTION = b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


class LivenessProbe:
    """Asks /livez on a web process's socket, again and again. `misses`: how many times in a row it got no answer.

    Any answer will do, such as a redirect to https or the refusal of the host name: a process that hangs gives none.
    `step` does what can be done at this moment and returns at once, so that one process can watch many others.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._client: socket.socket | None = None
        self._ask_at = self._give_up_at = 0.0
        self.misses = 0

    def begin(self, at: float) -> None:
        """Forgets what was, and asks for the first time at this moment of the monotonic clock."""
        self._hang_up()
        self.misses, self._ask_at = 0, at

    def step(self, now: float) -> None:
        if self._client is None:
            if now >= self._ask_at:
                self._ask(now)
        elif (answer := self._read()) is not None:
            self._end(now, lives=answer.startswith(b"HTTP/"))
        elif now >= self._give_up_at:
            self._end(now, lives=False)

    def _ask(self, now: float) -> None:
        self._client = socket.socket(socket.AF_UNIX)
        self._client.setblocking(False)
        self._give_up_at = now + ANSWER_WITHIN_S
        try:
            self._client.connect(str(self._path))
            self._client.send(QUESTION)
        except OSError:  # nobody listens, or the queue of those who wait to be let in is full
            self._end(now, lives=False)

    def _read(self) -> bytes | None:
        """The beginning of the answer; None while there is none."""
        assert self._client is not None
        try:
            return self._client.recv(100)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def _end(self, now: float, *, lives: bool) -> None:
        self._hang_up()
        self.misses = 0 if lives else self.misses + 1
        self._ask_at = now + ASK_EVERY_S

    def _hang_up(self) -> None:
        if self._client is not None:
            with contextlib.suppress(OSError):
                self._client.close()
            self._client = None
