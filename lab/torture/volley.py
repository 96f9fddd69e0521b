"""Many requests at one moment: each is sent without its last byte, and then all last bytes are sent together."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.parse import urlencode

from .members import TIMEOUT_S, Answer, NoAnswer, Person


@dataclass(frozen=True, slots=True)
class Shot:
    """One POST of a form, by one person."""

    person: Person
    path: str
    form: dict[str, Any]


def fire(shots: Sequence[Shot]) -> list[Answer]:
    """Sends all shots at once and returns their answers in order. Raises NoAnswer where one of them got none."""
    with ExitStack() as ending:
        try:
            connections = [ending.enter_context(_connected(shot.person)) for shot in shots]
            letters = [_letter(shot) for shot in shots]
            for connection, letter in zip(connections, letters, strict=True):
                connection.sendall(letter[:-1])
            for connection, letter in zip(connections, letters, strict=True):
                connection.sendall(letter[-1:])
            return [_answer(connection) for connection in connections]
        except (OSError, HTTPException) as error:
            raise NoAnswer(str(error)) from error


def _connected(person: Person) -> ssl.SSLSocket:
    plain = socket.create_connection(("127.0.0.1", person.port), timeout=TIMEOUT_S)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return person.trust.wrap_socket(plain, server_hostname="localhost")


def _letter(shot: Shot) -> bytes:
    body = urlencode({"csrfmiddlewaretoken": shot.person.visitor.token, **shot.form}).encode()
    headers = shot.person.headers | {
        "Host": f"localhost:{shot.person.port}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": str(len(body)),
        "Connection": "close",
    }
    lines = [f"POST {shot.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode() + body


def _answer(connection: socket.socket) -> Answer:
    response = HTTPResponse(connection)
    response.begin()
    return Answer(response.status, response.headers.get("Location", ""), response.read())
