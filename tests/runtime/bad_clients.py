"""Clients that send slowly, send nothing, or break off: each sort stops at another point of a request."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import AsyncIterator
from pathlib import Path

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HEADERS, SETTINGS = 0x1, 0x4  # types of HTTP/2 frames
END_HEADERS = 0x4
AT_ONCE = 100  # handshakes
# With this cookie Django reads the body, in search of the token.
FORM = (
    b"Content-Type: application/x-www-form-urlencoded\r\nReferer: https://localhost/\r\n"
    b"Cookie: csrftoken=" + b"a" * 32 + b"\r\n"
)


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload


def post_in_http2(path: bytes, *, flags: int = END_HEADERS) -> bytes:
    """A HEADERS frame of a POST whose body is still to come. The header block is written by hand (RFC 7541)."""
    host = b"localhost"
    block = b"\x83\x87" + b"\x44" + bytes([len(path)]) + path + b"\x41" + bytes([len(host)]) + host
    return PREFACE + frame(SETTINGS, 0, 0) + frame(HEADERS, flags, 1, block)


# What each sort sends before it stops. None: it does not even begin with TLS.
SORTS: dict[str, bytes | None] = {
    "connects and says nothing": None,
    "ends after the handshake of TLS": b"",
    "HTTP/1, half a request line": b"POST /acc",
    "HTTP/1, half the headers": b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nX-Sl",
    "HTTP/1, no body": b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\n"
    + FORM
    + b"Content-Length: 100000\r\n\r\n",
    "HTTP/1, one byte of the body": (
        b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\n" + FORM + b"Content-Length: 100000\r\n\r\nx"
    ),
    "HTTP/1, half a chunk": (
        b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\nx"
    ),
    "HTTP/2, the preface alone": PREFACE,
    "HTTP/2, headers that do not end": post_in_http2(b"/accounts/login/", flags=0),
    "HTTP/2, no body": post_in_http2(b"/api/v1/transfers"),
}


@contextlib.asynccontextmanager
async def holding_on(sort: str, count: int, *, port: int, trust: ssl.SSLContext) -> AsyncIterator[list[object]]:
    """So many clients of one sort, connected until the block ends; yields those that are. Then they hang up."""
    said = SORTS[sort]
    context = ssl.create_default_context() if said is None else trust
    if said is not None:
        context.set_alpn_protocols(["h2"] if sort.startswith("HTTP/2") else ["http/1.1"])
    turns = asyncio.Semaphore(AT_ONCE)

    async def begin() -> asyncio.StreamWriter | None:
        async with turns:
            try:
                _, writer = await asyncio.open_connection(
                    "127.0.0.1", port, ssl=context if said is not None else None, server_hostname=said and "localhost"
                )
            except OSError:
                return None
            writer.write(said or b"")
            return writer

    clients = [client for client in await asyncio.gather(*(begin() for _ in range(count))) if client is not None]
    try:
        yield list(clients)
    finally:
        for client in clients:
            client.transport.abort()


def hang_up_in_the_middle(count: int, *, port: int, trust: ssl.SSLContext) -> None:
    """So many clients that begin a body and then reset the connection, as a phone without a network does."""
    trust.set_alpn_protocols(["h2"])
    for _ in range(count):
        with contextlib.suppress(OSError):
            plain = socket.create_connection(("127.0.0.1", port), timeout=5)
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close() resets
            with trust.wrap_socket(plain, server_hostname="localhost") as client:
                client.sendall(post_in_http2(b"/api/v1/transfers"))


def hold_on_to_socket(path: Path, count: int) -> list[socket.socket]:
    """So many clients that announce a body, straight at a web process: for the control, without the front."""
    clients = []
    for _ in range(count):
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(5)
        client.connect(str(path))
        client.sendall(SORTS["HTTP/1, no body"] or b"")
        clients.append(client)
    return clients
