"""The background process: gathers every app's CHORES and does each whenever it is due.

A chore is (name, every so many seconds, what). One that fails is logged and tried again at its next turn; what it must
not do twice is its own affair, since a second worker may run beside this one.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.apps import apps
from django.db import close_old_connections
from django.db.backends.signals import connection_created
from django.utils.module_loading import module_has_submodule

log = logging.getLogger(__name__)

STATEMENT_TIMEOUT = "10min"  # an audit reads everything; a page's five seconds are not for it


@dataclass
class Chore:
    name: str
    every_s: float
    do: Callable[[], Any]
    due_at: float = 0.0


def chores() -> Iterator[Chore]:
    for app in apps.get_app_configs():
        if app.module is not None and module_has_submodule(app.module, "chores"):
            for name, every_s, do in import_module(f"{app.name}.chores").CHORES:
                yield Chore(name, every_s, do)


def work(stopped: threading.Event) -> None:
    """Does chores until `stopped` is set; one that has begun is finished first."""
    connection_created.connect(_be_patient)
    todo = list(chores())
    log.info("the worker has %s chores: %s", len(todo), ", ".join(chore.name for chore in todo))
    while not stopped.is_set():
        for chore in todo:
            if chore.due_at <= time.monotonic() and not stopped.is_set():
                _do(chore)
        next_at = min((chore.due_at for chore in todo), default=time.monotonic() + 60)
        stopped.wait(max(0.0, next_at - time.monotonic()))


def _do(chore: Chore) -> None:
    close_old_connections()  # the database may have restarted since
    started = time.monotonic()
    try:
        result = chore.do()
    except Exception:
        log.exception("chore failed: %s", chore.name)
    else:
        log.log(logging.INFO if result else logging.DEBUG, "%s: %s", chore.name, result)
    chore.due_at = started + chore.every_s


def _be_patient(*, connection: Any, **_: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'")
