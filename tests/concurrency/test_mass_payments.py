"""Each row of a mass payment is paid once: with parallel or killed workers, lost connections and other payments."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any
from unittest import mock
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, connections

from conversion.money import Money
from events.models import Notification
from ledger import transactions as db
from ledger.models import Transfer
from tests.cast import balance, sent
from tests.runner import PROJECT
from tests.treasury.mass_payments import MassPayments, crowd, paid_now
from treasury.mass_payments import payouts as payouts
from treasury.mass_payments.queries import tally_of
from treasury.models import MassPayment

from .crowd import at_once, session_ended_around_commit


class OnceWhateverHappens(MassPayments):
    def setUp(self) -> None:
        super().setUp()
        self.names = crowd(250)
        self.paid = self.confirmed(*[(name, "1.00") for name in self.names])

    def assert_paid_once(self) -> None:
        self.assertEqual(paid_now(self.paid).status, "finished")
        self.assertEqual(set(self.outcomes(self.paid)), {"booked"})
        self.assertEqual(Transfer.objects.filter(kind="mass_payment").count(), 250)
        self.assertEqual(Notification.objects.filter(kind="received").count(), 250)
        self.assertEqual(balance(self.tess), Money.of("750", "GBP"))

    def test_chunks_of_a_hundred_in_order(self) -> None:
        self.assertEqual([payouts.pay_next_chunk(self.paid) for _ in range(4)], [100, 100, 50, 0])
        transfers = self.paid.rows.order_by("number").values_list("transfer_id", flat=True)
        self.assertEqual(list(transfers), sorted(transfers))
        self.assert_paid_once()

    def test_two_workers_at_once(self) -> None:
        def work() -> None:
            while not paid_now(self.paid).is_finished:
                payouts.pay_running()

        self.assertEqual(at_once([work] * 4), {"done": 4})
        self.assert_paid_once()

    def test_workers_take_locks_and_without_them_they_abort(self) -> None:
        """The second half is the control: without locks the same race aborts, and still each row is paid once."""
        other = self.confirmed(*[(name, "1.00") for name in self.names], title="June")
        self.assertEqual(self._aborts(self.paid), 0)
        with mock.patch.object(db, "_lock_statement", lambda wallets, names=(): ""):
            self.assertGreater(self._aborts(other), 0)
        self.assertEqual(set(self.outcomes(self.paid)) | set(self.outcomes(other)), {"booked"})

    def _aborts(self, mass_payment: MassPayment) -> int:
        aborted, check_error = [], db._raise_unless_worth_retrying

        def counting(error: DatabaseError | InterfaceError, is_lost: bool) -> None:
            aborted.append(error)
            check_error(error, is_lost)

        def work() -> None:
            while not paid_now(mass_payment).is_finished:
                payouts.pay_next_chunk(mass_payment)

        with (
            mock.patch.object(db, "_raise_unless_worth_retrying", counting),
            mock.patch.object(db, "MOST_TRIES", 60),
        ):
            self.assertEqual(at_once([work] * 4), {"done": 4})
        return len(aborted)

    def test_the_connection_lost_around_a_commit(self) -> None:
        for moment in ("before", "after"):
            with session_ended_around_commit(moment) as lost:
                payouts.pay_next_chunk(self.paid)
            self.assertEqual(len(lost), 1)
        while payouts.pay_next_chunk(self.paid):
            pass
        self.assert_paid_once()

    def test_a_worker_killed_between_its_chunks(self) -> None:
        """A real worker process is killed with SIGKILL after some rows, three times; the rest is paid afterwards."""
        seen = []
        for _ in range(3):
            worker = subprocess.Popen(
                [sys.executable, "manage.py", "worker"], cwd=PROJECT, env=environment_of_workers()
            )
            before = done = self._done()
            give_up_at = time.monotonic() + 30
            while done == before and done < 250 and time.monotonic() < give_up_at:
                done = self._done()
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
            seen.append(self._done())
        self.assertTrue(any(0 < done < 250 for done in seen), seen)
        while payouts.pay_next_chunk(self.paid):
            pass
        self.assert_paid_once()

    def _done(self) -> int:
        return tally_of(self.paid).decided


class LiveTraffic(MassPayments):
    def test_passes_meanwhile(self) -> None:
        """Members pay each other and the treasurer while the worker pays; nobody's payment is refused."""
        paid = self.confirmed(*[(name, "0.10") for name in [*crowd(498), "alice", "bob"]])
        finished, sent_meanwhile = threading.Event(), 0

        def work() -> None:
            try:
                while not paid_now(paid).is_finished:
                    payouts.pay_running()
            finally:
                finished.set()
                connections.close_all()

        worker = threading.Thread(target=work)
        worker.start()
        while not finished.is_set():
            sent(self.alice, self.bob, "0.01")
            sent(self.bob, self.tess, "0.01")
            sent_meanwhile += 2
        worker.join()
        self.assertGreater(sent_meanwhile, 4)
        self.assertEqual(tally_of(paid).booked, 500)


def environment_of_workers() -> dict[str, Any]:
    """The environment for a worker process that uses this test's database and timestamp service."""
    address = urlsplit(os.environ["DATABASE_URL"])
    address = address._replace(path=f"/{connection.settings_dict['NAME']}")
    return os.environ | {
        "DATABASE_URL": urlunsplit(address),
        "DJANGO_SETTINGS_MODULE": "wallet_site.settings",
        "TIMESTAMP_SERVERS": ",".join(settings.TIMESTAMP_SERVERS),
        "LOG_LEVEL": "ERROR",
    }
