"""The worker process: gathers every room's JOBS and runs each job when it is due.

A job is (name, interval in seconds, function), and "slow" as a fourth part if it may take minutes. Slow jobs run one
after another in a thread of their own, so that the quick ones go on meanwhile. A slow job must only read, or write in
one transaction: when the worker is stopped, it is cut.

A job that fails is logged and runs again at its next turn. A second worker may run at the same time, so each job itself
must make sure that it does nothing twice.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError, close_old_connections, connections
from django.db.backends.signals import connection_created

from web.log_lines import during

from . import job_memory
from .job_memory import Memory
from .plugs import gather

log = logging.getLogger(__name__)

SETTINGS = {
    "statement_timeout": "10min",  # instead of a page's five seconds, since an audit reads all rows
    "client_connection_check_interval": "2s",  # so that the statement of a job that was cut ends, too
}
RETRY_S = 3600.0  # a job that failed waits no longer than this, or one lost connection would cost a whole day


@dataclass
class Job:
    name: str
    every_s: float
    do: Callable[[], object]
    is_slow: bool = False
    due_at: float = 0.0
    memory: Memory = field(init=False)

    def __post_init__(self) -> None:
        self.memory = Memory(self.name)


def jobs() -> Iterator[Job]:
    """The jobs of all rooms. Raises ImproperlyConfigured where two have the same name, or one has an unknown part."""
    found = {}
    for name, every_s, do, *more in gather("jobs", "JOBS"):
        if name in found:
            raise ImproperlyConfigured(f"Two jobs are called {name!r}")
        if more not in ([], ["slow"]):
            raise ImproperlyConfigured(f'The job {name!r} has {more}, and may only have "slow"')
        found[name] = Job(name, every_s, do, is_slow=bool(more))
    yield from found.values()


def work(stopped: threading.Event) -> None:
    """Runs jobs until `stopped` is set. A quick job that has begun is finished first; a slow one is not waited for."""
    connection_created.connect(_be_patient)
    todo = list(jobs())
    log.info("the worker has %s jobs: %s", len(todo), ", ".join(job.name for job in todo))
    slow = [job for job in todo if job.is_slow]
    # A daemon: it does not keep the process alive, whatever it is waiting for.
    threading.Thread(target=_run_slow, args=(slow, stopped), name="slow jobs", daemon=True).start()
    _run([job for job in todo if not job.is_slow], stopped)


def _run_slow(todo: list[Job], stopped: threading.Event) -> None:
    try:
        for job in todo:
            job.due_at = time.monotonic() + _wait_s(job)
        _run(todo, stopped)
    finally:
        connections.close_all()


def _wait_s(job: Job) -> float:
    """How long a slow job waits for its first turn: until it would be due if the worker had not been restarted.

    Otherwise a worker that ends again and again would begin the same hour of work each time.
    """
    try:
        age_s = job_memory.age_of_success_s(job.name)
    except (DatabaseError, InterfaceError):
        return 0.0
    return 0.0 if age_s is None else min(max(0.0, job.every_s - age_s), job.every_s)


def _run(todo: list[Job], stopped: threading.Event) -> None:
    while not stopped.is_set():
        for job in todo:
            if job.due_at <= time.monotonic() and not stopped.is_set():
                _do(job)
        next_at = min((job.due_at for job in todo), default=time.monotonic() + 60)
        stopped.wait(max(0.0, next_at - time.monotonic()))


def _do(job: Job) -> None:
    close_old_connections()  # the database may have restarted since the last job
    started, failed = time.monotonic(), None
    with during(lambda: f"({job.name})"):
        if job.is_slow:
            job.memory.began()
        try:
            result = job.do()
        except Exception as error:
            failed = error
            log.exception("job failed: %s", job.name)
            close_old_connections()  # its connection may be lost, and the memory needs one
        else:
            log.log(logging.INFO if result else logging.DEBUG, "%s", result)
        job.memory.ended(failed)
    job.due_at = started + (min(job.every_s, RETRY_S) if failed else job.every_s)


def _be_patient(*, connection: Any, **_: Any) -> None:
    """Sets the worker's limits on each new connection."""
    with connection.cursor() as cursor:
        for name, value in SETTINGS.items():
            cursor.execute(f"SET {name} = '{value}'")
