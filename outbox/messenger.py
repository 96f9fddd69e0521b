"""The process `messenger`: it sends what waits, by one thread for each kind of delivery.

It asks the database again and again. NOTIFY would be quicker, but transactions that notify commit one after another, so
it would slow down every payment. The thread that tells events asks more often than the others, and wakes the one that
sends webhooks. A second messenger may run at the same time, since rows are leased to one of them.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import close_old_connections, connections

from .events.service import tell_events, try_failed_again
from .letters.service import write_due
from .mail.service import send_due
from .mail.transport import Unreachable
from .statements.service import Statements
from .webhooks.sending import Dispatcher
from .webhooks.service import plan_deliveries

log = logging.getLogger(__name__)

BUSY_S, IDLE_S = 0.05, 1.0  # the pause after some work, and the longest one without any
EVENTS_IDLE_S = 0.2  # a webhook of an idle installation waits for half of it; a look costs one small query
LONGEST_PAUSE_S = 30.0  # after failures


@dataclass
class Line:
    """What one thread does: `do` does what is due, and returns whether that was anything.

    Where it raises, it is called again later. `woken` ends its pause.
    """

    do: Callable[[threading.Event], bool]
    idle_s: float = IDLE_S
    woken: threading.Event = field(default_factory=threading.Event)


def lines() -> dict[str, Line]:
    statements, webhooks = Statements(), Line(Dispatcher().send_due)

    def tell(_stopped: threading.Event) -> bool:
        if told := bool(tell_events(plan_deliveries)):
            webhooks.woken.set()
        return told

    return {
        "letters": Line(lambda stopped: write_due(stopped) | statements.write_due(stopped)),
        "mail": Line(send_due),
        "events": Line(tell, EVENTS_IDLE_S),
        "webhooks": webhooks,
    }


def deliver(stopped: threading.Event) -> None:
    """Runs all lines until `stopped` is set. What is being sent at that moment is finished first."""
    try_failed_again()
    work = lines()
    threads = [threading.Thread(target=_run, args=(name, line, stopped), name=name) for name, line in work.items()]
    for thread in threads:
        thread.start()
    stopped.wait()
    for line in work.values():
        line.woken.set()
    for thread in threads:
        thread.join()


def _run(name: str, line: Line, stopped: threading.Event) -> None:
    pause_s, most_s = BUSY_S, line.idle_s
    try:
        while not stopped.is_set():
            try:
                is_busy, most_s = line.do(stopped), line.idle_s
                pause_s = BUSY_S if is_busy else pause_s * 2
            except Exception as error:
                _log(name, error)
                close_old_connections()  # the database may have restarted
                pause_s, most_s = max(pause_s * 2, IDLE_S), LONGEST_PAUSE_S
            pause_s = min(pause_s, most_s)
            line.woken.wait(pause_s)
            line.woken.clear()
    finally:
        connections.close_all()


def _log(name: str, error: Exception) -> None:
    if isinstance(error, Unreachable):
        log.warning("the mail server cannot be reached, and letters wait: %s", error)
    else:
        log.error("%s failed and is tried again", name, exc_info=error)
