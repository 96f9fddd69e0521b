"""The site's URLs with one more page, which does the least that a page for signed-in people can do."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path

from wallet_site import urls

EMPTY = "/bench/empty/"


@login_required
def empty(request: HttpRequest) -> HttpResponse:
    """An empty page: it needs the session, the person and all middleware, but has no template and no query."""
    return HttpResponse("", content_type="text/plain")


urlpatterns = [path(EMPTY.lstrip("/"), empty), *urls.urlpatterns]
