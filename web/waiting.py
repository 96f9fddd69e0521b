"""Every answer to too many tries is a 429 that says when the next one is allowed, in words and as `Retry-After`.

Where a form was sent, the answer is the page with the form as it was typed, and the refusal on it. Where there is none,
as for a button, it is the page `429.html`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from conversion.errors import TooOften

_told: ContextVar[TooOften | None] = ContextVar("told", default=None)


def say_when(refusal: TooOften) -> None:
    """Notes that the page which answers this request shows the refusal."""
    _told.set(refusal)


def on_form(refusal: TooOften) -> ValidationError:
    """The refusal as a form raises it while it is validated, for forms whose view is not ours."""
    say_when(refusal)
    return ValidationError(str(refusal), code=refusal.code)


class SaysWhen:
    """Middleware: gives the answer its status and `Retry-After`, and shows a refusal that no form showed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        before = _told.set(None)
        try:
            answer = self.get_response(request)
            refusal = _told.get()
        finally:
            _told.reset(before)
        if refusal is not None and answer.status_code in (200, 400, 429):  # allauth knows only 200, and 400 in JSON
            answer.status_code = 429
            answer.headers["Retry-After"] = str(refusal.wait_s)
        return answer

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, TooOften):
            return None
        say_when(exception)
        return render(request, "429.html", {"refusal": exception}, status=429)
