"""The limit on the size of a request's body. The largest body needed is a mass payment's file, of 1 MB at most."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

LARGEST = 2 * 1024 * 1024  # bytes


class LargestBody:
    """Middleware: answers 413 to a request whose Content-Length is above the limit, before any of the body is read.

    Without it, Django writes uploaded files of any size to the disk while it looks for the CSRF token. So anybody,
    signed in or not, could fill the disk that has the ledger.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isascii() and length.isdigit() and int(length) <= LARGEST:
            return self.get_response(request)
        return HttpResponse(render_to_string("413.html"), status=413)
