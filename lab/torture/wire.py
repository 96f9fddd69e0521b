"""A proxy between this process and PostgreSQL that counts protocol messages and cuts the connection at one of them.

A message of PostgreSQL's protocol 3 (its manual, "Frontend/Backend Protocol") is a type byte, a length that includes
itself, and the content. Only the very first message has no type byte.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import struct
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

TO_SERVER, TO_CLIENT = "to the server", "to the client"
SOCKET = ".s.PGSQL.5432"


@dataclass(frozen=True, slots=True)
class Cut:
    """Where to cut: at the `number`th message in `direction` since arming, after it (`passed_on`) or before it."""

    direction: str
    number: int
    passed_on: bool

    def __str__(self) -> str:
        return f"{'after' if self.passed_on else 'before'} message {self.number} {self.direction}"


class Wire:
    """The proxy, from one Unix socket to another, for the connections of one process."""

    def __init__(self, server: Path) -> None:
        self._server = server
        self.directory = Path(tempfile.mkdtemp(prefix="wallet-wire-"))
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.directory / SOCKET))
        self._listener.listen(16)
        self._lock = threading.Lock()
        self._cut: Cut | None = None
        self._seen = {TO_SERVER: 0, TO_CLIENT: 0}
        threading.Thread(target=self._serve, daemon=True).start()

    def arm(self, cut: Cut) -> None:
        with self._lock:
            self._cut, self._seen = cut, {TO_SERVER: 0, TO_CLIENT: 0}

    def disarm(self) -> bool:
        """Takes the cut back, and returns whether it was never reached."""
        with self._lock:
            was_left, self._cut = self._cut is not None, None
            return was_left

    def close(self) -> None:
        self._listener.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self._server))
            except OSError:
                return
            for source, target, direction in ((client, server, TO_SERVER), (server, client, TO_CLIENT)):
                threading.Thread(target=self._pass_on, args=(source, target, direction), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, direction: str) -> None:
        with contextlib.suppress(OSError, EOFError):
            if direction == TO_SERVER:
                target.sendall(_first_message(source))
            while True:
                message = _message(source)
                cut = self._reached(direction)
                if cut is None or cut.passed_on:
                    target.sendall(message)
                if cut is not None:
                    break
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        source.close()

    def _reached(self, direction: str) -> Cut | None:
        """Counts this message, and returns the cut where this is its message. A cut happens once."""
        with self._lock:
            self._seen[direction] += 1
            cut = self._cut
            if cut is None or cut.direction != direction or self._seen[direction] != cut.number:
                return None
            self._cut = None
            return cut


@contextlib.contextmanager
def through_a_wire() -> Iterator[Wire]:
    """Meanwhile, Django's connection of this thread goes through the proxy."""
    before = connection.settings_dict
    options: dict[str, Any] = before["OPTIONS"]
    wire = Wire(Path(before["HOST"] or options["host"]) / SOCKET)
    connection.close()
    connection.settings_dict = before | {
        "HOST": str(wire.directory),
        "OPTIONS": {**options, "host": str(wire.directory)},
    }
    try:
        yield wire
    finally:
        connection.close()
        connection.settings_dict = before
        wire.close()


def _first_message(source: socket.socket) -> bytes:
    length = _exactly(source, 4)
    return length + _exactly(source, struct.unpack(">i", length)[0] - 4)


def _message(source: socket.socket) -> bytes:
    head = _exactly(source, 5)
    return head + _exactly(source, struct.unpack(">i", head[1:])[0] - 4)


def _exactly(source: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = source.recv(count - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data
