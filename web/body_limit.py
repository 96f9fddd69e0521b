"""The limits on the size of a request's body. The front has the same ones (`runtime/front`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

LARGEST = 128 * 1024  # bytes; the largest body of the JSON API is half of it
LARGEST_UPLOAD = 2 * 1024 * 1024  # bytes; a mass payment's file has 1 MB at most

View = TypeVar("View", bound=Callable[..., HttpResponse])


def takes_files(view: View) -> View:
    """Decorates a view that files may be uploaded to: its requests may have LARGEST_UPLOAD bytes."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


class LargestBody:
    """Middleware: answers 413 to a request whose Content-Length is above its view's limit, before any of it is read.

    Without it, Django writes uploaded files of any size to the disk while it looks for the CSRF token. So anybody,
    signed in or not, could fill the disk that has the ledger.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request) if _length(request) <= LARGEST_UPLOAD else _too_large()

    def process_view(self, request: HttpRequest, view: Callable[..., HttpResponse], *_: object) -> HttpResponse | None:
        """Runs before that of the CSRF middleware, which reads the body."""
        is_small = _length(request) <= LARGEST or getattr(view, "takes_files", False)
        return None if is_small else _too_large()


def _length(request: HttpRequest) -> float:
    """The bytes of the body; infinite where Content-Length is no number."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isascii() and length.isdigit() else float("inf")


def _too_large() -> HttpResponse:
    return HttpResponse(render_to_string("413.html"), status=413)
