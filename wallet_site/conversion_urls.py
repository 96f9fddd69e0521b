"""The addresses of the conversion process: the conversion and the liveness check. Errors are JSON, not pages."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path


def livez(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:
    return JsonResponse({"error": "bad_request", "message": "This request could not be understood."}, status=400)


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    return JsonResponse({"error": "not_found", "message": "There is nothing here."}, status=404)


def broken(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"error": "broken", "message": "Something went wrong here."}, status=500)


urlpatterns = [path("conversion/", include("conversion.urls")), path("livez", livez)]
handler400, handler404, handler500 = bad_request, not_found, broken
