"""Turns exceptions from below the pages into the answers that Django gives for its own."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse

from conversion.errors import NotFound

NUL = "cannot contain NUL"  # words of the database driver's ValueError


class ExceptionsAsAnswers:
    """Middleware: `NotFound`, which queries and services raise, is the 404 page.

    A NUL character that no page or form refused by itself is a 400: PostgreSQL can neither store nor compare it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        if isinstance(exception, NotFound):
            raise Http404 from exception
        if isinstance(exception, ValueError) and NUL in str(exception):
            raise BadRequest("NUL") from exception
