"""A receiver of webhooks in this process. What it does with each is said by a class below it."""

from __future__ import annotations

import threading
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class Receiver(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def take(self, headers: Message, body: bytes) -> str:
        """Takes one webhook. Returns what to do: "answer", "fail" or "hang up"."""
        raise NotImplementedError

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
        act = self.server.take(self.headers, self.rfile.read(int(self.headers["Content-Length"])))
        self.close_connection = True
        if act != "hang up":
            self.send_response(204 if act == "answer" else 500)
            self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass
