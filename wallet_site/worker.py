"""The worker process: gathers every room's JOBS and runs each job when it is due.

A job is (name, interval in seconds, function). A job that fails is logged and runs again at its next turn. A second
worker may run at the same time, so each job itself must make sure that it does nothing twice.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import close_old_connections
from django.db.backends.signals import connection_created

from web.log_lines import during

from .plugs import gather

log = logging.getLogger(__name__)

STATEMENT_TIMEOUT = "10min"  # instead of a page's five seconds, since an audit reads all rows


@dataclass
class Job:
    name: str
    every_s: float
    do: Callable[[], object]
    due_at: float = 0.0


def jobs() -> Iterator[Job]:
    """The jobs of all rooms. Raises ImproperlyConfigured where two have the same name."""
    found = {}
    for name, every_s, do in gather("jobs", "JOBS"):
        if name in found:
            raise ImproperlyConfigured(f"Two jobs are called {name!r}")
        found[name] = Job(name, every_s, do)
    yield from found.values()


def work(stopped: threading.Event) -> None:
    """Runs jobs until `stopped` is set. A job that has begun is finished first."""
    connection_created.connect(_be_patient)
    todo = list(jobs())
    log.info("the worker has %s jobs: %s", len(todo), ", ".join(job.name for job in todo))
    while not stopped.is_set():
        for job in todo:
            if job.due_at <= time.monotonic() and not stopped.is_set():
                _do(job)
        next_at = min((job.due_at for job in todo), default=time.monotonic() + 60)
        stopped.wait(max(0.0, next_at - time.monotonic()))


def _do(job: Job) -> None:
    close_old_connections()  # the database may have restarted since the last job
    started = time.monotonic()
    with during(lambda: f"({job.name})"):
        try:
            result = job.do()
        except Exception:
            log.exception("job failed: %s", job.name)
        else:
            log.log(logging.INFO if result else logging.DEBUG, "%s", result)
    job.due_at = started + job.every_s


def _be_patient(*, connection: Any, **_: Any) -> None:
    """Sets the worker's statement timeout on each new connection."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'")
