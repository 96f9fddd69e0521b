"""The worker runs the jobs of every app, and a failing job does not stop the others."""

from __future__ import annotations

import logging
import threading
import time
from unittest.mock import patch

from django.test import TestCase

from wallet_site import worker
from wallet_site.worker import Job
from web.log_lines import NamesProcessAndActivity


def name_activity() -> str:
    """What a line that is logged now would say it was written during."""
    record = logging.LogRecord("any", logging.INFO, "", 0, "", None, None)
    NamesProcessAndActivity().filter(record)
    return str(record.__dict__["activity"])


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
