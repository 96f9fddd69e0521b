"""How much anybody may send. The largest thing anybody has to is a mass payment's file, of a megabyte."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

LARGEST = 2 * 1024 * 1024  # bytes


class LargestBody:
    """Middleware: refuses by its length what is too large, before a byte is read.

    Django writes uploaded files to the disk as they come, as much as comes, while it looks for the CSRF token: any
    stranger could fill the disk on which the ledger stands.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isascii() and length.isdigit() and int(length) <= LARGEST:
            return self.get_response(request)
        return HttpResponse(render_to_string("413.html"), status=413)
