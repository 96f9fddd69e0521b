"""Tests `tests.neighbours`: a transaction of a parallel test process does not leave this test's money unsettled."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from unittest import mock

import psycopg2
from django.db import connection
from django.test import SimpleTestCase

from conversion.money import Money
from ledger import jobs
from ledger import transactions as db
from tests import neighbours
from tests.base import MoneyTestCase
from tests.cast import balance, gbp, merchant, person, sent
from tests.settings import DATABASE_OWNER


@contextmanager
def under_way(database: str) -> Iterator[psycopg2.extensions.connection]:
    """Within the block, a transaction in `database` has an id, which makes the server count it as writing."""
    owner = DATABASE_OWNER
    host = owner.get("HOST") or owner["OPTIONS"]["host"]
    with closing(
        psycopg2.connect(host=host, user=owner["USER"], password=owner["PASSWORD"], dbname=database)
    ) as session:
        with session.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")
        yield session


class Neighbours(MoneyTestCase):
    """A kiosk is paid one pound while another transaction is under way; is the pound settled afterwards?"""

    def setUp(self) -> None:
        patch = mock.patch.object(db, "_beginning_with", db._beginning_with)  # restores it afterwards
        patch.start()
        self.addCleanup(patch.stop)
        self.kiosk = merchant()

    def settled(self) -> Money:
        sent(person("alice"), self.kiosk, "1")
        jobs.settle_all()
        return balance(self.kiosk)

    def test_are_waited_for(self) -> None:
        neighbours.are_waited_for()
        with under_way("postgres") as busy:
            ends = threading.Timer(0.3, busy.commit)
            ends.start()
            self.assertEqual(self.settled(), gbp("1"))
            ends.join()

    def test_hold_it_back_otherwise(self) -> None:
        """The control: without the waiting, the pound is not settled."""
        with mock.patch.object(neighbours, "_wait_for_them", lambda: None), under_way("postgres"):
            self.assertEqual(self.settled(), gbp("0"))

    def test_in_the_same_database_are_the_tests_own(self) -> None:
        neighbours.are_waited_for()
        with under_way(connection.settings_dict["NAME"]):
            self.assertEqual(self.settled(), gbp("0"))


class ATestProcess(SimpleTestCase):
    def test_may_start_processes(self) -> None:
        """Also in a parallel run: processes of Python's pool are daemonic, which forbids it."""
        process = multiprocessing.get_context("fork").Process(target=int)
        process.start()
        process.join()
        self.assertEqual(process.exitcode, 0)
