"""The timestamp server and its client; also servers that hang, answer byte by byte, hang up or answer nonsense."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import socket
import threading
import time
from collections.abc import Callable

from django.test import SimpleTestCase, override_settings
from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.transport.TSocket import TSocket
from thrift.transport.TTransport import TBufferedTransport

from timestamp_rpc import client
from timestamp_rpc.gen.timestamp import TimestampService
from timestamp_rpc.server import TimestampServer

HOST = "127.0.0.1"
TIMEOUT_S = 0.4  # of clients that will get no answer
PATIENCE_S = 1.0  # of clients that will get their answer from the next server
SLACK_S = 5.0  # of all other clients; long, since other tests slow the machine down
Turn = Callable[[socket.socket], object]


class ClockTestCase(SimpleTestCase):
    def setUp(self) -> None:
        client._forget()
        client._failed_at.clear()
        self.done = threading.Event()
        self.addCleanup(self.done.set)

    def server(self, port: int = 0, **options: object) -> TimestampServer:
        server = TimestampServer(HOST, port, **options).start()  # type: ignore[arg-type]
        self.addCleanup(server.stop)
        return server

    def far_end(self, *turns: Turn) -> int:
        """The port of a fake server, which treats the n-th connection with the n-th of `turns`."""
        listener = socket.create_server((HOST, 0))
        self.addCleanup(listener.close)
        kept: list[socket.socket] = []

        def serve() -> None:
            for turn in turns:
                with contextlib.suppress(OSError):
                    far, _ = listener.accept()
                    kept.append(far)
                    turn(far)

        def close() -> None:
            for far in kept:
                far.close()

        threading.Thread(target=serve, daemon=True).start()
        self.addCleanup(close)
        return listener.getsockname()[1]

    def asking(self, *ports: int, within_s: float = SLACK_S) -> override_settings:
        return override_settings(TIMESTAMP_SERVERS=[f"{HOST}:{port}" for port in ports], TIMESTAMP_TIMEOUT_S=within_s)

    def drips(self, far: socket.socket) -> None:
        far.recv(99)
        for byte in b"\x80\x01\x00\x02" + b"\x00\x00\x00\xff" + b"x" * 255:
            if self.done.wait(TIMEOUT_S / 4):
                return
            far.sendall(bytes([byte]))


def saying(answer: bytes) -> Turn:
    return lambda far: far.sendall(answer)


class TheServer(ClockTestCase):
    def test_tells_the_time_both_ways(self) -> None:
        with self.asking(self.server().port):
            self.assertLess(abs(client.now() - dt.datetime.now(dt.UTC)), dt.timedelta(seconds=1))
            text = dt.datetime.strptime(client.text_now(), "%Y-%m-%d %H:%M:%S").replace(tzinfo=dt.UTC)
            self.assertLess(abs(text - dt.datetime.now(dt.UTC)), dt.timedelta(seconds=2))

    def test_answers_any_thrift_client_as_the_interface_says(self) -> None:
        """The client here is the thrift library's own: TBinaryProtocol over TBufferedTransport."""
        transport = TBufferedTransport(TSocket(HOST, self.server().port))
        transport.open()
        self.addCleanup(transport.close)
        other = TimestampService.Client(TBinaryProtocol(transport))
        self.assertRegex(other.getCurrentTimestamp(), r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")
        self.assertLess(abs(other.getCurrentTimestampMicros() / 1_000_000 - time.time()), 1)

    def test_starts_where_it_is_told_and_goes_on_from_there(self) -> None:
        past = dt.datetime(2026, 3, 1, 12, 30, tzinfo=dt.UTC)
        with self.asking(self.server(start_at=past).port):
            first, second = client.now(), client.now()
        self.assertLess(past, first)
        self.assertLess(first, second)
        self.assertLess(second - past, dt.timedelta(seconds=1))

    def test_survives_clients_that_do_not_speak_its_protocol(self) -> None:
        server = self.server()
        for nonsense in (
            b"GET / HTTP/1.1\r\n\r\n",
            b"\x00" * 100,
            b"\x7f\xff\xff\xff",
            b"\x80\x01\x00\x01\x7f\xff\xff\xff",
            b"\x80\x01\x00\x01\x00\x00\x00\x04\xff\xfe\xff\xfe\x00\x00\x00\x00",
            b"\x80\x01\x00\x01\x00\x00\x00\x01x\x00\x00\x00\x00" + b"\x0c\x00\x01" * 5_000,
        ):
            with self.subTest(nonsense[:12]), socket.create_connection((HOST, server.port)) as visitor:
                visitor.settimeout(5)
                with contextlib.suppress(ConnectionError):
                    visitor.sendall(nonsense)
                    with contextlib.suppress(OSError):  # the server may have hung up already
                        visitor.shutdown(socket.SHUT_WR)
                    while visitor.recv(4096):
                        pass
        with self.asking(server.port):
            client.now()

    def test_stopped_answers_nobody_not_even_those_connected(self) -> None:
        server = self.server()
        with self.asking(server.port):
            client.now()
            server.stop()
            self.assertRaises(client.ClockUnavailable, client.now)


class TheClient(ClockTestCase):
    def test_keeps_its_connection(self) -> None:
        server = self.server()
        with self.asking(server.port):
            client.now()
            kept = client._own.connections[f"{HOST}:{server.port}"]
            client.text_now()
            self.assertIs(client._own.connections[f"{HOST}:{server.port}"], kept)
        self.assertEqual(len(server._clients), 1)

    def test_each_thread_has_a_connection_of_its_own(self) -> None:
        server = self.server()
        told: list[dt.datetime] = []
        all_have_asked, all_are_counted = threading.Barrier(9), threading.Barrier(9)

        def ask() -> None:
            told.append(client.now())
            all_have_asked.wait(5)
            all_are_counted.wait(5)  # a thread's connection closes when the thread ends

        with self.asking(server.port):
            threads = [threading.Thread(target=ask) for _ in range(8)]
            for thread in threads:
                thread.start()
            all_have_asked.wait(5)
            self.assertEqual(len(server._clients), 8)
            all_are_counted.wait(5)
            for thread in threads:
                thread.join()
        self.assertEqual(len(told), 8)

    def test_a_child_process_does_not_share_its_parents_connection(self) -> None:
        with self.asking(self.server().port):
            client.now()
            self.assertTrue(client._own.connections)
            child = os.fork()
            if child == 0:
                os._exit(len(client._own.connections))
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)
            client.now()

    def test_a_server_that_came_back_is_asked_at_once(self) -> None:
        server = self.server()
        with self.asking(server.port):
            client.now()
            server.stop()
            self.server(server.port)
            client.now()

    def test_fails_over_to_the_next(self) -> None:
        taken = socket.socket()  # bound but not listening, so that no other process listens on this port
        self.addCleanup(taken.close)
        taken.bind((HOST, 0))
        for far in (taken.getsockname()[1], self.far_end(socket.socket.close), self.far_end(lambda far: None)):
            with self.subTest(far), self.asking(far, self.server().port, within_s=PATIENCE_S):
                client.now()

    def test_does_not_wait_for_a_dead_server_every_time(self) -> None:
        with self.asking(self.far_end(*[lambda far: None] * 9), self.server().port, within_s=PATIENCE_S):
            client.now()
            began = time.monotonic()
            for _ in range(5):
                client.now()
            self.assertLess(time.monotonic() - began, 4 * PATIENCE_S)

    def test_asks_those_that_failed_again_where_nobody_else_is_left(self) -> None:
        server = self.server()
        with self.asking(server.port):
            client._failed_at[f"{HOST}:{server.port}"] = time.monotonic()
            client.now()
            self.assertEqual(client._failed_at, {})

    def test_a_late_answer_is_never_taken_for_another(self) -> None:
        """The first answer comes after the client gave up. The second call must not read it as its own answer."""
        frame = b"\x80\x01\x00\x02\x00\x00\x00\x19getCurrentTimestampMicros\x00\x00\x00\x00"
        stale = frame + b"\x0a\x00\x00" + (1_000_000).to_bytes(8) + b"\x00"
        fresh = frame + b"\x0a\x00\x00" + (2_000_000).to_bytes(8) + b"\x00"
        gave_up = threading.Event()

        def late(far: socket.socket) -> None:
            far.recv(99)
            gave_up.wait(5)
            far.sendall(stale)

        def in_time(far: socket.socket) -> None:
            far.recv(99)
            far.sendall(fresh)

        with self.asking(self.far_end(late, in_time), within_s=PATIENCE_S):
            self.assertRaises(client.ClockUnavailable, client.now)
            gave_up.set()
            self.assertEqual(client.now(), client.EPOCH + dt.timedelta(seconds=2))

    def test_says_in_time_that_nobody_answers_sense(self) -> None:
        reply = b"\x80\x01\x00\x02\x00\x00\x00\x19getCurrentTimestampMicros\x00\x00\x00\x00"
        for name, turn in {
            "hangs up": socket.socket.close,
            "hangs": lambda far: None,
            "drips": self.drips,
            "HTTP": lambda far: far.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
            "gigabytes": lambda far: far.sendall(b"\x7f\xff\xff\xff" * 100),
            "a name of gigabytes": lambda far: far.sendall(b"\x80\x01\x00\x02\x7f\xff\xff\xff" * 100),
            "no result": lambda far: far.sendall(reply + b"\x00"),
            "a text": lambda far: far.sendall(reply + b"\x0b\x00\x00\x00\x00\x00\x01x\x00"),
            "the end of time": lambda far: far.sendall(reply + b"\x0a\x00\x00\x7f" + b"\xff" * 7 + b"\x00"),
            "before all time": lambda far: far.sendall(reply + b"\x0a\x00\x00\x80" + b"\x00" * 7 + b"\x00"),
            "a list without end": lambda far: far.sendall(reply + b"\x0f\x00\x00\x00\x7f\xff\xff\xff"),
            "nested without end": lambda far: far.sendall(reply + b"\x0c\x00\x01" * 5_000),
        }.items():
            with self.subTest(name), self.asking(self.far_end(turn), within_s=TIMEOUT_S):
                began = time.monotonic()
                self.assertRaises(client.ClockUnavailable, client.now)
                self.assertLess(time.monotonic() - began, TIMEOUT_S + SLACK_S)

    def test_a_text_that_is_no_time_is_no_answer(self) -> None:
        for text in (
            b"now",
            b"",
            b"2026-13-01 00:00:00",
            b"2026-1-1 1:1:1",
            "２０２６-01-01 00:00:00".encode(),
            b"\xff",
        ):
            frame = b"\x80\x01\x00\x02\x00\x00\x00\x13getCurrentTimestamp\x00\x00\x00\x00\x0b\x00\x00"
            answer = frame + len(text).to_bytes(4) + text + b"\x00"
            with self.subTest(text), self.asking(self.far_end(saying(answer))):
                self.assertRaises(client.ClockUnavailable, client.text_now)

    def test_an_address_that_is_none_is_unavailable(self) -> None:
        for servers in ([], ["nonsense"], ["127.0.0.1:port"], [f"{HOST}:99999"]):
            with self.subTest(servers), self.settings(TIMESTAMP_SERVERS=servers):
                self.assertRaises(client.ClockUnavailable, client.now)
