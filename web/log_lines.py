"""Log lines that name the process, and the request or job during which they were written."""

from __future__ import annotations

import logging
import os
import re
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from .outages import sqlstate

HEADER = "X-Request-Id"
USABLE = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)  # what another program may call its request

_activity: ContextVar[Callable[[], str]] = ContextVar("activity", default=lambda: "-")


@contextmanager
def during(activity: Callable[[], str]) -> Iterator[None]:
    """Log lines that are written within name this activity. It is asked for its name once for each line."""
    before = _activity.set(activity)
    try:
        yield
    finally:
        _activity.reset(before)


class NamesProcessAndActivity(logging.Filter):
    """Gives each record `process_title` and `activity`, for the formatter. Drops none."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.process_title, record.activity = _process(), _activity.get()()
        return True


class SeldomOutages(logging.Filter):
    """Drops what says again within MINUTE_S that the database is away, and counts it in the next line that stays.

    While a disk is full or a database is silent, every request fails for the same reason. One line a minute, with the
    reason, is what an operator can use, and the log itself needs room, too.
    """

    MINUTE_S = 60.0

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[str, tuple[float, int]] = {}  # by reason: when it was logged, and how many lines were dropped

    def filter(self, record: logging.LogRecord) -> bool:
        reason = getattr(record, "outage", None) or _outage_in(record)
        if reason is None:
            return True
        now = time.monotonic()
        logged_at, dropped = self._last.get(reason, (-self.MINUTE_S, 0))
        if now - logged_at < self.MINUTE_S:
            self._last[reason] = logged_at, dropped + 1
            return False
        self._last[reason] = now, 0
        if dropped:
            record.msg, record.args = f"{record.getMessage()} (and {dropped} times more since the last such line)", ()
        return True


def _outage_in(record: logging.LogRecord) -> str | None:
    """The reason of the outage that this record shows: its exception's code or class, or the status of the answer."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, OperationalError | InterfaceError):
        return sqlstate(error) or type(error.__cause__).__name__
    return "503" if getattr(record, "status_code", None) == 503 else None


class RequestId:
    """Gives each request an id that its log lines and its answer carry: whoever reports a failure can quote it.

    A request that comes with a usable id keeps it, so that one id follows a call through several systems. Views and
    other middlewares find it as `request.request_id`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        came = request.headers.get(HEADER, "")
        request_id = came if USABLE.fullmatch(came) else secrets.token_hex(4)
        setattr(request, "request_id", request_id)  # noqa: B010 - not an attribute that Django's requests have

        def name() -> str:
            # The page's name and not its address: an address may hold the key of a password reset.
            page = request.resolver_match.view_name if request.resolver_match else "?"
            return f"{request_id} {request.method} {page}"

        with during(name):
            response = self.get_response(request)
        response[HEADER] = request_id
        return response


def _process() -> str:
    """As the supervisor calls it; elsewhere the command, such as "worker"."""
    words = [Path(sys.argv[0]).name, *sys.argv[1:2]]
    return os.environ.get("WALLET_PROCESS") or (words[-1] if words[0] == "manage.py" else words[0])
