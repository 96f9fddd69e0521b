"""The site map with one more page: the least a signed-in page can be."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path

from wallet_site import urls

EMPTY = "/bench/empty/"


@login_required
def empty(request: HttpRequest) -> HttpResponse:
    """Session, person and all of the middleware; no template, no query of its own."""
    return HttpResponse("", content_type="text/plain")


urlpatterns = [path(EMPTY.lstrip("/"), empty), *urls.urlpatterns]
