"""Answers 400 where a NUL character came as far as the database, which can neither store nor compare it."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

WORDS = "cannot contain NUL"  # of the driver's ValueError


class AnswersNul:
    """Middleware: a NUL that no page or form refused by itself is the client's mistake, and not ours."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        if isinstance(exception, ValueError) and WORDS in str(exception):
            raise BadRequest("NUL") from exception
