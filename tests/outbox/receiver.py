"""A receiver of webhooks for tests: a real HTTP server that answers, refuses, drips, floods or hangs as it is told."""

from __future__ import annotations

import http.server
import threading
import time
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Received:
    headers: dict[str, str]
    body: bytes


class Receiver(http.server.ThreadingHTTPServer):
    """`status` is what it answers, with `headers`. `behaves` may be "hang", "drip", "hang up" or "flood" instead."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received: list[Received] = []
        self.status, self.headers, self.behaves = 200, {}, ""  # type: tuple[int, dict[str, str], str]
        self.ended = threading.Event()
        self.most_at_once = self.now = self.connections = 0
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook"

    def get_request(self) -> Any:
        connection = super().get_request()
        self.connections += 1
        return connection

    def close(self) -> None:
        self.ended.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: Any) -> None:
        pass


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        mine = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with mine.lock:
            mine.received.append(Received({name.lower(): value for name, value in self.headers.items()}, body))
            mine.now += 1
            mine.most_at_once = max(mine.most_at_once, mine.now)
        try:
            self.answer()
        finally:
            with mine.lock:
                mine.now -= 1

    def answer(self) -> None:
        mine = self.server
        if mine.behaves == "hang up":
            self.close_connection = True
            return
        if mine.behaves == "hang":
            mine.ended.wait(30)
            return
        if mine.behaves == "drip":
            for byte in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 60:
                self.wfile.write(bytes([byte]))
                if mine.ended.wait(0.2):
                    return
            return
        self.send_response(mine.status)
        for name, value in mine.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"thanks\0")
        if mine.behaves == "flood":
            while not mine.ended.is_set():
                self.wfile.write(b"x" * 65_536)

    def log_message(self, *_: Any) -> None:
        pass


def until(condition: Any, *, within_s: float = 20.0) -> bool:
    """Waits until the condition holds. Returns whether it did."""
    end = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
