"""Refuses a request with a NUL character in its address, which PostgreSQL can neither store nor compare."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse


class RefusesNul:
    """Middleware: a NUL in the path or the query is answered with 400. Django's form fields refuse one in a body."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> None:
        """Here and not before, so that Django shows the refusal as any other."""
        query = (text for name, values in request.GET.lists() for text in (name, *values))
        if "\0" in request.path_info or any("\0" in text for text in query):
            raise BadRequest("NUL")
