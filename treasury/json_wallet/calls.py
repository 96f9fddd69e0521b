"""What every call of the JSON wallet has in common: who may send it, its body, its errors, and its key."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from api.json_bodies import load
from api.once import HEADER, Keep, once
from api.problems import MEDIA_TYPE, Problem
from conversion.errors import PaymentError

from . import texts
from .errors import FieldMissing
from .numbers import Number

Act = Callable[[HttpRequest], HttpResponse]


def call(method: str) -> Callable[[Act], Act]:
    """Decorates a view of the JSON wallet: one method, no request that another site caused, every error as JSON."""

    def decorate(act: Act) -> Act:
        @csrf_exempt
        @wraps(act)
        def guarded(request: HttpRequest) -> HttpResponse:
            if request.method != method and not (method == "GET" and request.method == "HEAD"):
                return HttpResponseNotAllowed([method])
            try:
                if _is_from_elsewhere(request):
                    raise Problem(status=403, code="bad_request", detail="This call came from another site.")
                return act(request)
            except Problem as problem:
                return texts.answer(problem)
            except PaymentError as refusal:
                return texts.answer(texts.problem_of(refusal))

        return guarded

    return decorate


def _is_from_elsewhere(request: HttpRequest) -> bool:
    """Whether a page of another site made a browser send this. Programs send neither header."""
    own = f"{request.scheme}://{request.get_host()}"
    return request.headers.get("Sec-Fetch-Site") == "cross-site" or request.headers.get("Origin", own) != own


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of the body, its numbers as they were written. Raises Problem."""
    if request.content_type != "application/json":
        raise Problem(status=415, code="not_json", detail="Send the body as JSON.")
    body = load(request.body, number=Number)
    if not isinstance(body, dict):
        raise Problem(status=400, code="json_unreadable", detail="The body is no JSON object.")
    return body


def text_in(body: dict[str, Any], field: str) -> str:
    value = body.get(field)
    if not isinstance(value, str) or isinstance(value, Number) or not value.strip():
        raise FieldMissing(field)
    return value


def once_or_anew(
    request: HttpRequest, operation: str, asked: dict[str, Any], act: Callable[[UUID, Keep], None]
) -> HttpResponse:
    """With an Idempotency-Key the first answer is given again. Without it each call is a new one, as it always was."""
    if HEADER in request.headers:
        return once(request, operation=operation, asked=asked, act=act)
    kept: list[tuple[int, dict[str, Any]]] = []
    act(uuid4(), lambda status, body: kept.append((status, body)))
    status, body = kept[-1]  # the last one: every try of the transaction calls it
    media_type = "application/json" if status < 400 else MEDIA_TYPE
    return JsonResponse(body, status=status, content_type=media_type)
