"""A source of rates for tests: a real HTTP server on this machine, which answers as each test says."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ECB = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
    <gesmes:subject>Reference rates</gesmes:subject>
    <Cube><Cube time='{day}'>{rates}</Cube></Cube>
</gesmes:Envelope>
"""
PER_EURO = {
    "USD": "1.0860",
    "GBP": "0.8550",
    "CHF": "0.9570",
    "JPY": "162.40",
    "SEK": "11.450",
    "PLN": "4.3160",
    "INR": "90.60",
    "AUD": "1.6500",
    "TRY": "49.1234",  # which no wallet has
}


def ecb(day: str, **changes: str | None) -> bytes:
    """The ECB's file of that day. A change of None leaves the currency out."""
    rates = {code: rate for code, rate in (PER_EURO | changes).items() if rate is not None}
    rows = "".join(f"<Cube currency='{code}' rate='{rate}'/>" for code, rate in rates.items())
    return ECB.format(day=day, rates=rows).encode()


@dataclass
class Source:
    """What the server answers: `pieces` of a body, one after another. `asked` are the addresses and the headers."""

    url: str
    status: int = 200
    pieces: Iterator[bytes] | list[bytes] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def says(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.pieces, self.status, self.headers = [body], status, headers


@contextmanager
def source() -> Iterator[Source]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.asked.append((self.path, dict(self.headers)))
            self.send_response(here.status)
            for name, value in here.headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                for piece in here.pieces:
                    self.wfile.write(piece)
                    self.wfile.flush()
            except OSError:
                pass  # the client had enough

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        here = Source(f"http://127.0.0.1:{server.server_port}/rates")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield here
        finally:
            server.shutdown()
            thread.join()
