"""Each chore at its time, and a failing one keeps nobody else from work."""

from __future__ import annotations

import threading
import time
from unittest.mock import patch

from django.test import TestCase

from wallet_site import worker
from wallet_site.worker import Chore


class WorkerTests(TestCase):
    databases = {"default"}

    def test_every_apps_chores_are_gathered(self) -> None:
        names = {chore.name for chore in worker.chores()}
        self.assertLessEqual({"audit the books", "open wallets that are missing"}, names)

    def test_a_failing_chore_is_logged_and_the_next_one_still_done(self) -> None:
        stopped = threading.Event()
        bad, good = Chore("bad", 60, lambda: 1 // 0), Chore("good", 60, stopped.set)
        with patch.object(worker, "chores", return_value=[bad, good]), self.assertLogs("wallet_site.worker") as said:
            worker.work(stopped)
        self.assertIn("chore failed: bad", "".join(said.output))
        self.assertGreater(bad.due_at, time.monotonic() + 50)
