"""A database that is silent: the process that serves our session is stopped, or nobody answers on the socket."""

from __future__ import annotations

import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from unittest import mock
from uuid import uuid4

import psycopg2
from django.db import OperationalError, connection
from psycopg2 import extensions

from conversion.money import Money
from events.models import Notification
from events.notices import tell
from ledger.errors import Busy, InDoubt
from ledger.transactions import in_one_transaction
from payments.transfers.kinds import RECEIVED
from tests.base import MoneyTestCase
from tests.cast import person
from web import deadlines

SHORT_S = 0.3
AT_MOST_S = 10.0  # without the deadlines it would be for ever


class WithShortDeadlines(MoneyTestCase):
    def setUp(self) -> None:
        self.addCleanup(extensions.set_wait_callback, extensions.get_wait_callback())
        self.addCleanup(deadlines._silence.ended)
        patch = mock.patch.object(deadlines, "PAUSE_S", SHORT_S)
        patch.start()
        self.addCleanup(patch.stop)
        deadlines.set_deadlines(SHORT_S, SHORT_S)
        self.began = time.monotonic()

    def tearDown(self) -> None:
        connection.close()
        self.assertLess(time.monotonic() - self.began, AT_MOST_S)

    def stop_our_session(self) -> None:
        """SIGSTOP to the server's process for our session. At the end of the test it goes on."""
        server = connection.connection.info.backend_pid
        self.addCleanup(os.kill, server, signal.SIGCONT)
        os.kill(server, signal.SIGSTOP)


class AServerThatIsStopped(WithShortDeadlines):
    def test_ends_the_statement(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            self.stop_our_session()
            with self.assertRaises(OperationalError) as raised:
                cursor.execute("SELECT 2")
        self.assertIsInstance(raised.exception.__cause__, deadlines.DatabaseSilent)
        self.assertTrue(connection.connection.closed)

    def test_makes_nothing_doubtful_before_commit(self) -> None:
        def decide() -> None:
            self.notify()
            self.stop_our_session()
            self.notify()

        with self.assertRaises(Busy):
            self.without_a_second_try(decide)

    def test_leaves_commit_in_doubt(self) -> None:
        """What was asked for is written once the server goes on, and a page may not claim that it is not."""

        def decide() -> None:
            self.notify()
            self.stop_our_session()

        with self.assertRaises(InDoubt):
            self.without_a_second_try(decide)
        self.doCleanups()  # the server goes on, and finds our COMMIT
        give_up_at = time.monotonic() + AT_MOST_S
        while not Notification.objects.exists() and time.monotonic() < give_up_at:
            time.sleep(0.02)
        self.assertEqual(Notification.objects.count(), 1)

    def notify(self) -> None:
        tell(person("alice").pk, RECEIVED, actor=None, amount=Money.of("1", "GBP"), subject=uuid4())

    def without_a_second_try(self, decide: Callable[[], None]) -> None:
        with mock.patch("ledger.transactions.MOST_SECONDS", 0.0):
            in_one_transaction(decide)


class ASlowServer(WithShortDeadlines):
    def test_has_more_time_where_a_job_gives_it(self) -> None:
        with deadlines.longer_deadlines(AT_MOST_S), connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(%s)", [2 * SHORT_S])
        with self.assertRaises(OperationalError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(%s)", [AT_MOST_S])

    def test_is_not_blamed_where_we_were_stopped_ourselves(self) -> None:
        """The deadline is over when this process goes on, but the answer has arrived."""

        def late() -> select.poll:
            time.sleep(2 * SHORT_S)
            return select.poll()

        slow = SimpleNamespace(poll=late, POLLIN=select.POLLIN, POLLOUT=select.POLLOUT)
        with connection.cursor() as cursor, mock.patch.object(deadlines, "select", slow):
            cursor.execute("SELECT pg_sleep(0)")


class ANewConnection(WithShortDeadlines):
    def setUp(self) -> None:
        super().setUp()
        directory = TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory, listener = directory.name, socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        listener.bind(str(Path(directory.name) / ".s.PGSQL.5432"))
        listener.listen(100)

    def connect(self) -> float:
        """How many seconds a connection takes to fail."""
        began = time.monotonic()
        with self.assertRaises(deadlines.DatabaseSilent):
            psycopg2.connect(host=self.directory, user="nobody", dbname="none")
        return time.monotonic() - began

    def test_to_a_silent_server_is_given_up(self) -> None:
        self.assertGreaterEqual(self.connect(), SHORT_S)

    def test_is_tried_by_one_thread_only_while_the_server_is_silent(self) -> None:
        """Otherwise each request would wait, and those behind it would wait for its thread."""
        self.connect()
        took_s: list[float] = []
        for _ in range(3):
            time.sleep(SHORT_S)
            threads = [threading.Thread(target=lambda: took_s.append(self.connect())) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual(sum(each >= SHORT_S for each in took_s), 3)
        self.assertEqual(len(took_s), 12)

    def test_succeeds_again_once_the_server_answers(self) -> None:
        self.connect()
        time.sleep(SHORT_S)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        connection.close()
        connection.connect()  # at once: nothing remembers the silence
