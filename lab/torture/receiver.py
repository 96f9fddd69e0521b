"""A receiver of webhooks that remembers what came, and is sometimes out of order."""

from __future__ import annotations

import random
import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from outbox.webhooks.signing import is_signed


class Receiver(ThreadingHTTPServer):
    """`came` has the bodies that came with each id, in order. `forged` counts those with a wrong signature.

    A share `fails` of all requests is answered with 500, or with nothing, after it was read.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, *, fails: float, chance: random.Random) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.came: dict[str, list[bytes]] = defaultdict(list)
        self.forged = 0
        self.secret = ""
        self.fails, self._chance, self._lock = fails, chance, threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def take(self, message_id: str, body: bytes, *, is_genuine: bool) -> str:
        """Remembers what came. Returns what to do: "answer", "fail" or "hang up"."""
        with self._lock:
            self.came[message_id].append(body)
            self.forged += not is_genuine
            return self._chance.choice(("fail", "hang up")) if self._chance.random() < self.fails else "answer"

    def handle_error(self, *_: Any) -> None:
        """A messenger that is killed hangs up, which is no error of the receiver's."""

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        names = "webhook-id", "webhook-timestamp", "webhook-signature"
        message_id, timestamp, header = (self.headers.get(name, "") for name in names)
        is_genuine = is_signed(message_id, timestamp, body, header, self.server.secret)
        act = self.server.take(message_id, body, is_genuine=is_genuine)
        self.close_connection = True
        if act != "hang up":
            self.send_response(200 if act == "answer" else 500)
            self.send_header("Content-Length", "0")
            self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass
