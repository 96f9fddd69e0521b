"""The way of strangers to an installation: HTTPS through the front, each request on a connection of its own."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse

from .browser import Answer, Letter, NoAnswer

TIMEOUT_S = 60.0


@dataclass(frozen=True)
class HttpsDoor:
    """The front on this port of 127.0.0.1. Connections come from any address of 127.0.0.0/8."""

    port: int
    trust: ssl.SSLContext

    @property
    def origin(self) -> str:
        return f"https://localhost:{self.port}"

    def send(self, letters: Sequence[Letter]) -> list[Answer]:
        """Holds back the last byte of each letter until all others are there: the front passes on whole requests."""
        with ExitStack() as ending:
            try:
                connections = [ending.enter_context(self._connected(letter.source)) for letter in letters]
                whole = [_written(letter) for letter in letters]
                for connection, letter in zip(connections, whole, strict=True):
                    connection.sendall(letter[:-1])
                began = time.perf_counter()
                for connection, letter in zip(connections, whole, strict=True):
                    connection.sendall(letter[-1:])
                return [
                    _answer(connection, letter.method, began)
                    for connection, letter in zip(connections, letters, strict=True)
                ]
            except (OSError, HTTPException) as error:
                raise NoAnswer(f"{type(error).__name__}: {error}") from error

    def _connected(self, source: str) -> ssl.SSLSocket:
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT_S, source_address=(source, 0))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.trust.wrap_socket(plain, server_hostname="localhost")


def _written(letter: Letter) -> bytes:
    headers = letter.headers | {"Connection": "close"}
    if letter.body or letter.method == "POST":
        headers["Content-Length"] = str(len(letter.body))
    lines = [f"{letter.method} {letter.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + letter.body


def _answer(connection: socket.socket, method: str, began: float) -> Answer:
    response = HTTPResponse(connection, method=method)
    response.begin()
    body = response.read()
    return Answer(response.status, response.getheaders(), body, time.perf_counter() - began)
