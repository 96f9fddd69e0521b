"""Log lines that name the process, and the request or job during which they were written."""

from __future__ import annotations

import logging
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-Id"

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
        record.process_title, record.activity = _PROCESS, _activity.get()()
        return True


class RequestId:
    """Gives each request an id that its log lines and its answer carry: whoever reports a failure can quote it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = secrets.token_hex(4)

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


_PROCESS = _process()
