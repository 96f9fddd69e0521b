"""The command `worker`: runs the worker process."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from ledger.installations import require_own_at_start
from wallet_site.worker import work
from web.deadlines import set_deadlines

STATEMENT_S = 660.0  # a minute more than the worker's statement_timeout


class Command(BaseCommand):
    help = "Runs the background jobs of every room until it is stopped."
    requires_system_checks: list[str] = []

    def handle(self, **_: Any) -> None:
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        set_deadlines(STATEMENT_S)
        require_own_at_start()
        work(stopped)
