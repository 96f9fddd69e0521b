"""The clock: the real server, and far ends that hang, hang up or talk nonsense."""

from __future__ import annotations

import datetime as dt
import socket
import threading
import time

from django.test import SimpleTestCase

from timestamp_rpc import client
from timestamp_rpc.server import TimestampServer


class TheClock(SimpleTestCase):
    def setUp(self) -> None:
        self.server = TimestampServer().start()
        self.addCleanup(self.server.stop)

    def asking(self, *ports: int):
        return self.settings(TIMESTAMP_SERVERS=[f"127.0.0.1:{port}" for port in ports], TIMESTAMP_TIMEOUT_S=0.2)

    def test_tells_the_time_both_ways(self) -> None:
        with self.asking(self.server.port):
            self.assertLess(abs(client.now() - dt.datetime.now(dt.UTC)), dt.timedelta(seconds=1))
            self.assertRegex(client.text_now(), r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")

    def test_starts_where_it_is_told(self) -> None:
        past = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
        server = TimestampServer(start_at=past).start()
        self.addCleanup(server.stop)
        with self.asking(server.port):
            self.assertLess(client.now() - past, dt.timedelta(seconds=1))

    def test_answers_while_another_client_says_nothing(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.port)), self.asking(self.server.port):
            client.now()

    def test_fails_over_to_the_next(self) -> None:
        with self.asking(self.listening(lambda far: None), self.server.port):
            client.now()

    def test_a_server_that_came_back_is_asked_again(self) -> None:
        port = self.server.port
        with self.asking(port):
            client.now()
            client._kept(f"127.0.0.1:{port}")._iprot.trans.close()
            client.now()

    def test_says_so_when_nobody_answers_sense(self) -> None:
        for behaviour in (
            lambda far: far.close(),
            lambda far: far.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
            lambda far: far.sendall(b"\x7f\xff\xff\xff" * 100),
            lambda far: time.sleep(1),
        ):
            port = self.listening(behaviour)
            began = time.monotonic()
            with self.asking(port), self.assertRaises(client.ClockUnavailable):
                client.now()
            self.assertLess(time.monotonic() - began, 0.9)

    def listening(self, behaviour) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        kept = []

        def serve() -> None:
            try:
                far, _ = listener.accept()
                kept.append(far)
                behaviour(far)
            except OSError:
                pass

        threading.Thread(target=serve, daemon=True).start()
        self.addCleanup(lambda: [far.close() for far in kept])
        return listener.getsockname()[1]
