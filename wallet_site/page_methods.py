"""The HTTP methods of pages: GET, HEAD and POST, which are all that browsers send."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

KNOWN = ("GET", "HEAD", "POST")
FOR_PROGRAMS = ("/api/v1/", "/conversion/")  # each address there has methods of its own


class PageMethods:
    """Middleware: answers 405 to every other method, whoever asks, before anything is read.

    Most views refuse them, too. But those of allauth take PUT for POST, and DELETE where they delete, and Django's
    admin takes any method for GET.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in KNOWN or request.path_info.startswith(FOR_PROGRAMS):
            return self.get_response(request)
        return HttpResponseNotAllowed(KNOWN)
