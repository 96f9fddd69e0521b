"""The site map of the conversion process: its one question, and whether it lives."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def livez(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [path("conversion/", include("conversion.urls")), path("livez", livez)]
