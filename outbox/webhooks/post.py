"""One attempt to deliver: a signed POST to the checked address, with a deadline for all of it.

Redirects are not followed, proxies of the environment are not used, and no more than 64 kB of a reply are read.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from typing import Self

from .errors import AddressNotAllowed
from .guard import Target, target_of

CONNECT_S = 3.0
IN_ALL_S = 10.0
MOST_OF_A_REPLY = 65_536
KEPT_OF_A_REPLY = 1_000  # characters


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an attempt: the status of the reply, or the `error` that there was instead."""

    status: int | None
    error: str
    ms: int
    reply: str = ""
    retry_after_s: float | None = None

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class _Pinned(http.client.HTTPConnection):
    """A connection to the address of a target, with the target's name in TLS and in the Host header.

    Everything ends at `end` (of time.monotonic): a socket's own timeout starts anew with each byte that comes.
    """

    def __init__(self, target: Target, end: float) -> None:
        super().__init__(target.host, target.port)
        self.default_port = 80 if target.scheme == "http" else 443  # the Host header has the port only if it is another
        self.target, self.end = target, end

    def connect(self) -> None:
        self.sock = socket.create_connection((self.target.address, self.target.port), timeout=CONNECT_S)
        if self.target.scheme == "https":
            context, name = ssl.create_default_context(), self.target.host
            self.sock = context.wrap_socket(self.sock, server_hostname=name, do_handshake_on_connect=False)
            self.sock.do_handshake()
        self.sock.settimeout(IN_ALL_S)

    def __enter__(self) -> Self:
        self.timer = threading.Timer(max(0.0, self.end - time.monotonic()), self._cut)
        self.timer.daemon = True
        self.timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.timer.cancel()
        self.close()

    def _cut(self) -> None:
        if self.sock is not None:
            with contextlib.suppress(OSError):
                # Not SSLSocket's own method: with it, the reader would take encrypted bytes for plain ones.
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


def post(url: str, body: bytes, headers: dict[str, str]) -> Result:
    """Posts the body. Never raises for what the other side does: the result says it."""
    began = time.monotonic()

    def ms() -> int:
        return round((time.monotonic() - began) * 1000)

    try:
        with _Pinned(target_of(url), began + IN_ALL_S) as connection:
            connection.request("POST", connection.target.path, body, headers)
            answer = connection.getresponse()
            reply = answer.read(MOST_OF_A_REPLY)
            return Result(answer.status, "", ms(), _text(reply), _retry_after_s(answer.headers.get("Retry-After", "")))
    except AddressNotAllowed as refusal:
        return Result(None, str(refusal), ms())
    except (OSError, http.client.HTTPException, ValueError) as error:
        late = time.monotonic() >= began + IN_ALL_S
        return Result(None, "no complete answer within 10 seconds" if late else _said(error), ms())


def _text(reply: bytes) -> str:
    return reply.decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")[:KEPT_OF_A_REPLY]


def _retry_after_s(header: str) -> float | None:
    return float(header) if header.isascii() and header.isdigit() and len(header) < 7 else None


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300] if str(error) else type(error).__name__
