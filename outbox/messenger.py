"""The process `messenger`: it sends what waits, by one thread for each kind of delivery.

It asks the database again and again. NOTIFY would be quicker, but transactions that notify commit one after another, so
it would slow down every payment. A second messenger may run at the same time, since rows are leased to one of them.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from django.db import close_old_connections, connections

from .events.service import tell_events, try_failed_again
from .letters.service import write_due
from .mail.service import send_due
from .mail.transport import Unreachable
from .statements.service import Statements
from .webhooks.sending import Dispatcher
from .webhooks.service import plan_deliveries

log = logging.getLogger(__name__)

Line = Callable[[threading.Event], bool]
BUSY_S, IDLE_S = 0.05, 1.0  # the pause after some work, and the longest one without any
LONGEST_PAUSE_S = 30.0  # after failures


def lines() -> dict[str, Line]:
    """Each does what is due, and returns whether that was anything. One that raises is called again later."""
    statements = Statements()
    return {
        "letters": lambda stopped: write_due(stopped) | statements.write_due(stopped),
        "mail": send_due,
        "events": _tell,
        "webhooks": Dispatcher().send_due,
    }


def deliver(stopped: threading.Event) -> None:
    """Runs all lines until `stopped` is set. What is being sent at that moment is finished first."""
    try_failed_again()
    threads = [threading.Thread(target=_run, args=(name, do, stopped), name=name) for name, do in lines().items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _tell(_stopped: threading.Event) -> bool:
    return bool(tell_events(plan_deliveries))


def _run(name: str, do: Line, stopped: threading.Event) -> None:
    pause_s, most_s = BUSY_S, IDLE_S
    try:
        while not stopped.is_set():
            try:
                is_busy, most_s = do(stopped), IDLE_S
                pause_s = BUSY_S if is_busy else pause_s * 2
            except Exception as error:
                _log(name, error)
                close_old_connections()  # the database may have restarted
                pause_s, most_s = max(pause_s * 2, IDLE_S), LONGEST_PAUSE_S
            pause_s = min(pause_s, most_s)
            stopped.wait(pause_s)
    finally:
        connections.close_all()


def _log(name: str, error: Exception) -> None:
    if isinstance(error, Unreachable):
        log.warning("the mail server cannot be reached, and letters wait: %s", error)
    else:
        log.error("%s failed and is tried again", name, exc_info=error)
