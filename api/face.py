"""The JSON API (in names: the JSON face): the one NinjaAPI, its OpenAPI document, and its handlers of exceptions.

Each handler answers with a problem (RFC 9457). `wallet_site/json_face.py` adds the routers of the apps.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import override
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from conversion.errors import NotFound, PaymentError

from . import problems
from .examples import add_examples
from .json_bodies import StrictParser
from .links import add_links
from .openapi import WholeTruth
from .problems import Problem, of_status

PREFIX = "/api/"

ABOUT = """\
A wallet for programs. Send a personal access token with every request: `Authorization: Bearer purse_…`.
An amount is a string beside its currency, an id is a UUID, a person is a username, and a moment is in RFC 3339.
Every POST needs an `Idempotency-Key` header: a new text for each action, and the same text to send that action again.
Every error is `application/problem+json` (RFC 9457) with a `code` whose meaning never changes.

A token may send 600 reads and 120 writes in a minute. `RateLimit-Policy` names the limit that counted a request, and
`RateLimit` how many are left of it (`r`) and in how many seconds it begins anew (`t`). Above it the answer is 429
`too_many`, with `Retry-After` in seconds; nothing was done. The same code answers more than thirty invalid tokens from
one address, more than thirty look-ups of people with whom you have not dealt yet, and too many payment requests.
The owner of a token may list the addresses from which it may be used (403 `address_not_allowed`)."""

api = NinjaAPI(
    title=settings.SITE_NAME,
    version="1",
    description=ABOUT,
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
    parser=StrictParser(),
    servers=[{"url": settings.SITE_ADDRESS, "description": "This installation"}],
)


additions: list[Callable[[dict[str, Any]], None]] = []  # to the document, by other rooms; `wallet_site` fills it


@cache
def document() -> OpenAPISchema:
    """The OpenAPI document. It is always in English, whatever the language of the request."""
    with override("en"):
        found = WholeTruth(api, PREFIX.strip("/") + "/")
        add_links(found)
        add_examples(found)
        for add in additions:
            add(found)
        return found


def documented_codes() -> list[str]:
    """Every code that at least one operation can answer with, sorted by HTTP status."""
    return document()["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]


@api.exception_handler(Problem)
def _problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    return problems.answer(problem)


@api.exception_handler(PaymentError)
def _refusal(request: HttpRequest, refusal: PaymentError) -> HttpResponse:
    return problems.answer(problems.of_refusal(refusal))


@api.exception_handler(NotFound)
@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Exception) -> HttpResponse:
    return problems.answer(of_status(404))


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Ninja wraps what its parser raises in an HttpError, so a Problem of `StrictParser` is its cause."""
    cause = error.__cause__
    return problems.answer(cause if isinstance(cause, Problem) else of_status(error.status_code))


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, invalid: ValidationError) -> HttpResponse:
    errors = [{"field": _field(error["loc"]), "message": error["msg"]} for error in invalid.errors]
    return problems.answer(
        Problem(status=422, code="invalid", detail=_("Something is missing or not valid: see errors."), errors=errors)
    )


def _field(location: tuple[int | str, ...]) -> str:
    """The field's name without ninja's own parts of the location: ("body", "body", "by_hand", "amount") is "amount"."""
    inner = location[2:] if location[0] == "body" else location[1:]
    return ".".join(str(part) for part in inner if part not in ("by_hand", "by_quote")) or "body"
