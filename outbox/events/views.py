"""The JSON Schemas of events, for everybody."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from .documents import schema_of


@csrf_exempt  # without this, a POST would be answered 403 for its missing cookie, and not 405
@require_safe
def event_schema(request: HttpRequest, type: str) -> JsonResponse:
    """The schema of one type of event; caches may keep it for five minutes."""
    headers = {"Cache-Control": "public, max-age=300"}
    return JsonResponse(schema_of(type), headers=headers, content_type="application/schema+json")
