"""A proxy between the installation and one of its services, which misbehaves on demand."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
import time
from enum import Enum

SLOW_S = 0.15  # before each byte


class Mood(Enum):
    HONEST = "passes everything on"
    REFUSING = "closes every connection at once"
    HUNG = "accepts and says nothing"
    SLOW = "passes answers on byte by byte"
    GARBAGE = "answers with noise"
    TRUNCATING = "stops in the middle of an answer"
    LYING = "answers something else than the service did"


class Proxy:
    """Listens on a free `port` and passes on to the port `target` of this machine, in the way of its `mood`."""

    def __init__(self, target: int) -> None:
        self._target = target
        self.mood = Mood.HONEST
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._stopping = False
        threading.Thread(target=self._serve, daemon=True).start()

    def become(self, mood: Mood) -> None:
        """Changes the mood, and closes all open connections so that clients meet the new mood."""
        self.mood = mood
        for connection in list(self._open):
            _hang_up(connection)

    def lead_to(self, target: int) -> None:
        """Passes on to another port from now on."""
        self._target = target
        self.become(self.mood)

    @property
    def target(self) -> int:
        return self._target

    def stop(self) -> None:
        self._stopping = True
        _hang_up(self._listener)
        self._listener.close()
        self.become(Mood.REFUSING)

    def _serve(self) -> None:
        while not self._stopping:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._between, args=(client,), daemon=True).start()

    def _between(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            if self.mood is Mood.REFUSING:
                return
            self._open.add(client)
            if self.mood is Mood.HUNG:
                while client.recv(65536):
                    pass
                return
            if self.mood is Mood.GARBAGE:
                client.recv(65536)
                client.sendall(bytes(range(256)))
                return
            with socket.create_connection(("127.0.0.1", self._target), timeout=5) as service:
                self._open.add(service)
                threading.Thread(target=_pass_on, args=(client, service), daemon=True).start()
                self._answer(service, client)
                self._open.discard(service)
        self._open.discard(client)

    def _answer(self, service: socket.socket, client: socket.socket) -> None:
        while data := service.recv(65536):
            match self.mood:
                case Mood.SLOW:
                    for number in range(len(data)):
                        time.sleep(SLOW_S)
                        client.sendall(data[number : number + 1])
                case Mood.TRUNCATING:
                    client.sendall(data[: len(data) // 2])
                    _hang_up(client)
                case Mood.LYING:
                    client.sendall(lie(data))
                case _:
                    client.sendall(data)


def lie(answer: bytes) -> bytes:
    """The answer with wrong content: JSON (conversion) with other digits, a binary time (timestamp) an hour ahead."""
    if answer.startswith(b"HTTP/"):
        head, gap, body = answer.partition(b"\r\n\r\n")
        return head + gap + re.sub(rb"[1-8]", lambda digit: bytes([digit[0][0] + 1]), body)
    micros = re.search(rb"\x0a\x00\x00(.{8})\x00$", answer, re.DOTALL)  # field 0, an i64, and the end of the struct
    if micros is None:
        return answer[::-1]
    ahead = struct.unpack(">q", micros[1])[0] + 3_600_000_000
    return answer[: micros.start(1)] + struct.pack(">q", ahead) + answer[micros.end(1) :]


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def _hang_up(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
