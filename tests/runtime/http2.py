"""One request over HTTP/2, written and read by hand (RFC 9113, RFC 7541): enough for an answer without a body."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass

from .bad_clients import END_HEADERS, HEADERS, PREFACE, SETTINGS, frame

DATA, RST_STREAM, GOAWAY = 0x0, 0x3, 0x7
END_STREAM, ACKNOWLEDGED = 0x1, 0x1
HEAD = 9  # bytes before the payload of a frame
INDEXED = {0x88: 200, 0x89: 204, 0x8A: 206, 0x8B: 304, 0x8C: 400, 0x8D: 404, 0x8E: 500}  # statuses with a short form
LITERAL_STATUS = range(0x48, 0x4F)  # a text, under one of the seven names ":status" of the static table
HUFFMAN = 0x80
DIGITS = dict(zip("0123456789", (*range(3), *range(0x19, 0x20)), strict=True))  # of 5 bits, from "3" on of 6


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


def ask(method: str, path: str, *, port: int, trust: ssl.SSLContext) -> Answer:
    """Raises OSError where the connection or the request is ended without an answer."""
    trust.set_alpn_protocols(["h2"])
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        trust.wrap_socket(plain, server_hostname="localhost") as client,
    ):
        assert client.selected_alpn_protocol() == "h2"
        block = _text(0x42, method) + b"\x87" + _text(0x44, path) + _text(0x41, "localhost")
        client.sendall(PREFACE + frame(SETTINGS, 0, 0) + frame(HEADERS, END_HEADERS | END_STREAM, 1, block))
        return _answer(client)


def _text(header: int, value: str) -> bytes:
    return bytes([header, len(value)]) + value.encode()


def _answer(client: ssl.SSLSocket) -> Answer:
    status, body = 0, b""
    while True:
        kind, flags, stream, payload = _frame(client)
        if kind == SETTINGS and not flags & ACKNOWLEDGED:
            client.sendall(frame(SETTINGS, ACKNOWLEDGED, 0))
        if kind in (RST_STREAM, GOAWAY):
            raise ConnectionError(f"frame {kind}: {payload!r}")
        if stream != 1:
            continue
        if kind == HEADERS:
            status = _status(payload)
        if kind == DATA:
            body += payload
        if flags & END_STREAM:
            return Answer(status, body)


def _frame(client: ssl.SSLSocket) -> tuple[int, int, int, bytes]:
    head = _exactly(client, HEAD)
    return head[3], head[4], int.from_bytes(head[5:]), _exactly(client, int.from_bytes(head[:3]))


def _exactly(client: ssl.SSLSocket, length: int) -> bytes:
    found = b""
    while len(found) < length:
        piece = client.recv(length - len(found))
        if not piece:
            raise ConnectionError("closed")
        found += piece
    return found


def _status(block: bytes) -> int:
    """The status, which is the first header: one byte, or a text of three digits, which may be compressed."""
    if block[0] in INDEXED:
        return INDEXED[block[0]]
    assert block[0] in LITERAL_STATUS, block[:4]
    length = block[1] & ~HUFFMAN
    value = block[2 : 2 + length]
    return int(_decompressed(value) if block[1] & HUFFMAN else value)


def _decompressed(value: bytes) -> str:
    bits, text = "".join(f"{byte:08b}" for byte in value), ""
    while len(text) < 3:
        length = 5 if int(bits[:5], 2) < 3 else 6
        text += next(digit for digit, code in DIGITS.items() if code == int(bits[:length], 2))
        bits = bits[length:]
    return text
