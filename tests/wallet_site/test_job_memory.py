"""The memory of the jobs: what the worker wrote, and which job is late or fails by it."""

from __future__ import annotations

import datetime as dt
from contextlib import nullcontext
from unittest.mock import patch

from django.db import OperationalError, connection, transaction
from django.db.models.functions import Now

from tests.base import MoneyTestCase
from wallet_site import health, job_memory, worker
from wallet_site.job_memory import Memory
from wallet_site.models import JobRun
from wallet_site.worker import Job


class TheMemory(MoneyTestCase):
    def setUp(self) -> None:
        self.fails = True
        self.job = Job("count the cups", 60, self.do, is_slow=True)

    def do(self) -> None:
        if self.fails:
            raise OperationalError("duplicate key (iban)=(GB33…)")

    def run_job(self) -> JobRun:
        with self.assertLogs("wallet_site.worker") if self.fails else nullcontext():
            worker._do(self.job)
        return JobRun.objects.get(job=self.job.name)

    def test_has_the_class_of_an_exception_and_never_its_text(self) -> None:
        run = self.run_job()
        self.assertEqual((run.reason, run.last_succeeded_at), ("OperationalError", None))
        self.assertNotIn("iban", str(vars(run)))
        self.assertTrue(run.last_began_at and run.last_ended_at and run.last_began_at < run.last_ended_at)

    def test_keeps_the_first_failure_until_a_success(self) -> None:
        first = self.run_job()
        self.job.memory = Memory(self.job.name)  # as after a restart: it writes again at once
        again = self.run_job()
        self.assertEqual(again.failed_since, first.failed_since)
        self.assertNotEqual(again.last_ended_at, first.last_ended_at)
        self.fails = False
        good = self.run_job()
        self.assertEqual((good.failed_since, good.reason), (None, ""))
        self.assertEqual(good.last_succeeded_at, good.last_ended_at)

    def test_is_written_every_ten_seconds_and_at_once_when_something_changes(self) -> None:
        self.fails = False
        first = self.run_job()
        self.assertEqual(self.run_job().last_ended_at, first.last_ended_at)
        with patch.object(job_memory, "WRITE_EVERY_S", 0):
            self.assertNotEqual(self.run_job().last_ended_at, first.last_ended_at)
        self.fails = True
        self.assertIsNotNone(self.run_job().failed_since)

    def test_that_cannot_be_written_stops_no_job(self) -> None:
        self.fails = False
        with (
            patch.object(job_memory, "_BEGAN", "INSERT INTO nowhere VALUES (%s)"),
            patch.object(job_memory, "_SUCCEEDED", "INSERT INTO nowhere VALUES (%s)"),
            self.assertLogs("wallet_site.job_memory") as said,
        ):
            worker._do(self.job)
        self.assertEqual(len(said.records), 2)
        self.assertEqual(JobRun.objects.count(), 0)
        self.job.memory.ended(None)  # the next end is written, though ten seconds have not passed
        self.assertEqual(JobRun.objects.count(), 1)

    def test_is_one_row_that_stays_in_its_page(self) -> None:
        memory = Memory("count the cups")
        with transaction.atomic(), patch.object(job_memory, "WRITE_EVERY_S", 0), connection.cursor() as cursor:
            for _ in range(20):
                memory.began()
                memory.ended(None)
            cursor.execute(
                "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_xact_user_tables WHERE relname = 'wallet_site_jobrun'"
            )
            self.assertEqual(cursor.fetchone(), (39, 39))
        self.assertEqual(JobRun.objects.count(), 1)


class AJob(MoneyTestCase):
    """Is late after two of its periods and a minute, and not well when it has failed for a minute."""

    def reading(self, **ages_s: float) -> tuple[bool, str]:
        at = {name: Now() - dt.timedelta(seconds=age_s) for name, age_s in ages_s.items()}
        JobRun.objects.update_or_create(job="count the cups", defaults=at | {"reason": "OperationalError"})
        reading = health.job(Job("count the cups", 100, lambda: None))
        return reading.is_well, reading.says

    def test_that_never_ran(self) -> None:
        reading = health.job(Job("count the cups", 100, lambda: None))
        self.assertEqual((reading.is_well, reading.says), (False, "This job has not succeeded yet."))

    def test_in_time_and_late(self) -> None:
        self.assertEqual(self.reading(last_succeeded_at=255), (True, "Succeeded 4 minutes ago."))
        self.assertEqual(self.reading(last_succeeded_at=265), (False, "Succeeded 4 minutes ago."))

    def test_that_fails(self) -> None:
        self.assertTrue(self.reading(last_succeeded_at=50, failed_since=40)[0])
        is_well, says = self.reading(last_succeeded_at=80, failed_since=70)
        self.assertFalse(is_well)
        self.assertEqual(says, "Succeeded 80 seconds ago. It has failed for 70 seconds (OperationalError).")

    def test_gives_the_worker_a_sign_of_life(self) -> None:
        self.assertFalse(health.worker().is_well)
        for age_s, is_well in ((50, True), (70, False)):
            JobRun.objects.update_or_create(
                job="count the cups", defaults={"last_ended_at": Now() - dt.timedelta(seconds=age_s)}
            )
            self.assertEqual(health.worker().is_well, is_well)
