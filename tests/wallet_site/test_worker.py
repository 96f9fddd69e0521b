"""The worker runs the jobs of every app; one that fails or takes long does not hold up the others."""

from __future__ import annotations

import datetime as dt
import logging
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch
from uuid import uuid4

from django.db import connection
from django.db.models.functions import Now
from django.test import TestCase

from payments.owners import wallet_of
from tests.base import MoneyTestCase
from tests.cast import gbp, person
from tests.concurrency.test_mass_payments import environment_of_workers
from tests.plugged_in import jobs
from tests.plugged_in.models import Pledge
from tests.plugged_in.service import pledge
from wallet_site import worker
from wallet_site.models import JobRun
from wallet_site.worker import Job
from web.log_lines import NamesProcessAndActivity


def name_activity() -> str:
    """What a line that is logged now would say it was written during."""
    record = logging.LogRecord("any", logging.INFO, "", 0, "", None, None)
    NamesProcessAndActivity().filter(record)
    return str(record.__dict__["activity"])


WORKER = "import django; django.setup(); from django.core.management import call_command; call_command('worker')"


class WorkerTests(TestCase):
    databases = {"default"}

    def test_every_apps_jobs_are_gathered(self) -> None:
        names = {job.name for job in worker.jobs()}
        self.assertLessEqual({"audit the books", "open wallets that are missing"}, names)

    def test_a_line_that_is_logged_during_a_job_names_it(self) -> None:
        stopped, found = threading.Event(), []

        def do() -> None:
            stopped.set()
            found.append(name_activity())

        with patch.object(worker, "jobs", return_value=[Job("count the cups", 60, do)]):
            worker.work(stopped)
        self.assertEqual((found, name_activity()), (["(count the cups)"], "-"))

    def test_a_failing_job_is_logged_and_the_next_one_still_done(self) -> None:
        stopped = threading.Event()
        bad, good = Job("bad", 60, lambda: 1 // 0), Job("good", 60, stopped.set)
        with patch.object(worker, "jobs", return_value=[bad, good]), self.assertLogs("wallet_site.worker") as said:
            worker.work(stopped)
        self.assertIn("job failed: bad", "".join(said.output))
        self.assertGreater(bad.due_at, time.monotonic() + 50)


class SlowJobs(MoneyTestCase):
    def test_do_not_hold_up_the_quick_ones_nor_the_end(self) -> None:
        stopped, begun, go_on, ended = (threading.Event() for _ in range(4))
        done: list[int] = []

        def slow() -> None:
            begun.set()
            go_on.wait(30)
            ended.set()

        def quick() -> None:
            done.append(1)
            if len(done) == 3 or not begun.wait(10):
                stopped.set()

        todo = [Job("slow", 60, slow, is_slow=True), Job("quick", 0.01, quick)]
        with patch.object(worker, "jobs", return_value=todo):
            worker.work(stopped)
        self.assertEqual((len(done), begun.is_set(), ended.is_set()), (3, True, False))
        go_on.set()
        join_slow_jobs()

    def test_run_one_after_another(self) -> None:
        stopped, running = threading.Event(), []
        together: list[int] = []

        def slow() -> None:
            running.append(1)
            together.append(len(running))
            running.pop()
            if len(together) == 2:
                stopped.set()

        todo = [Job(name, 60, slow, is_slow=True) for name in ("one", "other")]
        with patch.object(worker, "jobs", return_value=todo):
            worker.work(stopped)
        join_slow_jobs()
        self.assertEqual(together, [1, 1])

    def test_wait_for_their_turn_after_a_restart(self) -> None:
        """Otherwise a worker that ends every minute would audit without end."""
        job = Job("read everything", 3600, lambda: None, is_slow=True)
        self.assertEqual(worker._wait_s(job), 0)
        JobRun.objects.create(job=job.name, last_succeeded_at=Now() - dt.timedelta(minutes=10))
        self.assertAlmostEqual(worker._wait_s(job), 3000, delta=60)
        for minutes, wait_s in ((90, 0), (-90, 3600)):  # long ago, and before the clock was set back
            JobRun.objects.update(last_succeeded_at=Now() - dt.timedelta(minutes=minutes))
            self.assertEqual(worker._wait_s(job), wait_s)

    def test_that_failed_come_again_within_the_hour(self) -> None:
        job = Job("read everything", 86_400, lambda: 1 // 0, is_slow=True)
        with self.assertLogs("wallet_site.worker"):
            worker._do(job)
        self.assertLessEqual(job.due_at, time.monotonic() + 3600)


class AWorkerProcess(MoneyTestCase):
    """`./wallet worker` with the jobs of `tests.plugged_in`, one of which is a statement of ten minutes."""

    def setUp(self) -> None:
        environment = environment_of_workers() | {"DJANGO_SETTINGS_MODULE": "tests.settings", "COUNT_SLOWLY_S": "600"}
        project = Path(__file__).resolve().parents[2]
        # Not by manage.py, which hides the owner's address from the worker: these settings read it.
        self.worker = subprocess.Popen([sys.executable, "-c", WORKER], cwd=project, env=environment)
        self.addCleanup(self.worker.wait)
        self.addCleanup(self.worker.kill)
        self.eventually(lambda: self.statements() == 1)

    def test_does_quick_jobs_beside_it_and_ends_soon_and_its_statement_with_it(self) -> None:
        pledge(payer=person("alice"), payee=wallet_of(person("bob")), amount=gbp("5"), key=uuid4())
        self.eventually(lambda: Pledge.objects.filter(thanked_at=None).count() == 0)
        slow, quick = (JobRun.objects.get(job=job[0]) for job in reversed(jobs.JOBS))
        self.assertIsNotNone(slow.last_began_at)
        self.assertIsNone(slow.last_ended_at)
        self.assertIsNotNone(quick.last_succeeded_at)
        self.worker.send_signal(signal.SIGTERM)
        self.worker.wait(6)
        self.eventually(lambda: self.statements() == 0)

    def statements(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND query LIKE '%%pg_sleep%%' AND state = 'active'"
            )
            return cursor.fetchone()[0]

    def eventually(self, holds: Callable[[], bool]) -> None:
        give_up_at = time.monotonic() + 30
        while not holds():
            self.assertLess(time.monotonic(), give_up_at)
            threading.Event().wait(0.05)


def join_slow_jobs() -> None:
    for thread in threading.enumerate():
        if thread.name == "slow jobs":
            thread.join(30)
