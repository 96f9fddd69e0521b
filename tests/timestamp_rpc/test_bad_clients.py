"""Thousands of silent, slow and broken clients of the timestamp service: everybody else gets their answer meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from unittest import mock

from tests import patience
from timestamp_rpc import client

from .test_clock import HOST, ClockTestCase

PROJECT = Path(__file__).resolve().parent.parent.parent
REQUEST = b"\x80\x01\x00\x01" + b"\x00\x00\x00\x19" + b"getCurrentTimestampMicros" + b"\x00\x00\x00\x00" + b"\x00"
ROUNDS = 30  # of questions while the others hold on
AT_ONCE = 100  # connects
Writer = asyncio.StreamWriter
Sort = Callable[[Writer], Coroutine[None, None, None]]


async def _say_nothing(writer: Writer) -> None:
    pass


async def _say_half(writer: Writer) -> None:
    writer.write(REQUEST[:20])


async def _dribble(writer: Writer) -> None:
    """One byte a second, so that no time-out of a single read ends it."""
    with contextlib.suppress(OSError):
        for byte in REQUEST:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(1)


async def _ask_and_never_read(writer: Writer) -> None:
    writer.write(REQUEST * 1000)


async def _ask_for_gigabytes(writer: Writer) -> None:
    writer.write(b"\x80\x01\x00\x01\x7f\xff\xff\xff")


async def _speak_http(writer: Writer) -> None:
    writer.write(b"GET / HTTP/1.1\r\n\r\n")


async def _hang_up_in_the_middle(writer: Writer) -> None:
    writer.write(REQUEST[:20])
    await writer.drain()
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()  # resets


SORTS = (
    _say_nothing,
    _say_half,
    _dribble,
    _ask_and_never_read,
    _ask_for_gigabytes,
    _speak_http,
    _hang_up_in_the_middle,
)


@contextlib.asynccontextmanager
async def holding_on(sort: Sort, count: int, port: int) -> AsyncIterator[None]:
    turns = asyncio.Semaphore(AT_ONCE)
    writers: list[Writer] = []
    tasks: list[asyncio.Task[None]] = []

    async def begin() -> None:
        async with turns:
            _, writer = await asyncio.open_connection(HOST, port)
        writers.append(writer)
        tasks.append(asyncio.create_task(sort(writer)))

    await asyncio.gather(*(begin() for _ in range(count)))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in writers:
            writer.transport.abort()


class BadClients(ClockTestCase):
    """The server is a process of its own, as in an installation, with the limits that it has there."""

    def setUp(self) -> None:
        super().setUp()
        process = subprocess.Popen(
            [sys.executable, "manage.py", "timestamp_server", "--port", "0"],
            cwd=PROJECT,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "wallet_site.settings", "DEMO": "true"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        assert process.stdout
        self.process, self.port = process, int(process.stdout.readline().rpartition(":")[2])
        self.enterContext(self.asking(self.port, within_s=2))

    def test_keep_nobody_out(self) -> None:
        count = patience.times(600, 2000)
        client.now()  # this thread's connection is older than all of theirs
        for sort in SORTS:
            with self.subTest(sort.__name__):
                self.assertEqual(asyncio.run(self.failures_beside(sort, count)), [])
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.process.communicate(timeout=20)[1], "")

    async def failures_beside(self, sort: Sort, count: int) -> list[Exception]:
        """What was not answered of the questions over a kept connection and over new ones."""
        async with holding_on(sort, count, self.port):
            return await asyncio.to_thread(self.failures)

    def failures(self) -> list[Exception]:
        failed: list[Exception] = []

        def ask() -> None:
            try:
                client.now()
            except client.ClockUnavailable as error:
                failed.append(error)

        for _ in range(ROUNDS):
            ask()
            newcomer = threading.Thread(target=ask)  # a new thread has a new connection
            newcomer.start()
            newcomer.join()
            time.sleep(0.02)
        return failed


class Limits(ClockTestCase):
    def test_a_full_server_drops_the_client_that_was_idle_for_longest(self) -> None:
        with mock.patch("timestamp_rpc.server.MOST_CLIENTS", 20):
            server = self.server()
        with contextlib.ExitStack() as silent, self.asking(server.port):
            client.now()
            kept = client._own.connections[f"{HOST}:{server.port}"]
            first = silent.enter_context(socket.create_connection((HOST, server.port)))
            for _ in range(60):
                silent.enter_context(socket.create_connection((HOST, server.port)))
                client.now()
            first.settimeout(5)
            self.assertEqual(first.recv(1), b"")
            self.assertIs(client._own.connections[f"{HOST}:{server.port}"], kept)
            self.assertLessEqual(len(server._clients), 20)

    def test_a_client_that_asks_nothing_whole_is_disconnected_and_others_ask_on(self) -> None:
        with mock.patch("timestamp_rpc.server.IDLE_S", 0.5), self.asking((server := self.server()).port):
            with socket.create_connection((HOST, server.port), timeout=5) as slow:
                client.now()
                kept = client._own.connections[f"{HOST}:{server.port}"]
                with contextlib.suppress(OSError):
                    for byte in REQUEST:
                        slow.sendall(bytes([byte]))
                        client.now()
                        time.sleep(0.1)
                self.assertRaises(OSError, slow.sendall, REQUEST)
            self.assertIs(client._own.connections[f"{HOST}:{server.port}"], kept)

    def test_a_question_at_the_moment_of_the_disconnection_is_asked_again(self) -> None:
        """The kept connection of a thread that asks rarely is closed, sometimes while it is asking."""
        with mock.patch("timestamp_rpc.server.IDLE_S", 0.02), self.asking((server := self.server()).port):
            connections = set()
            for round_ in range(patience.times(150, 1500)):
                client.now()
                connections.add(client._own.connections[f"{HOST}:{server.port}"])
                time.sleep(0.018 + round_ % 10 * 0.001)
        self.assertGreater(len(connections), 10)
