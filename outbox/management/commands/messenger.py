"""The command `messenger`: runs the process that sends mail and webhooks."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from ledger.installations import require_own_at_start
from outbox.messenger import deliver
from web.deadlines import set_deadlines


class Command(BaseCommand):
    help = "Sends the letters and webhooks that wait, until it is stopped."
    requires_system_checks: list[str] = []

    def handle(self, **_: Any) -> None:
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        set_deadlines()
        require_own_at_start()
        deliver(stopped)
