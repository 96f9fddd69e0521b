"""The JSON face, gathered from each app's routers. It knows whose token came, and how to say what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from accounts import api_tokens
from payments.api import ROUTERS, problems
from payments.api.problems import Problem
from payments.exceptions import PaymentError

from .json_bodies import LARGEST_BODY, StrictParser, length_missing, too_large
from .openapi import WholeTruth

PREFIX = "/api/"

ABOUT = """\
A wallet for programs. Authenticate with a personal access token: `Authorization: Bearer purse_…`.
Amounts are text with a currency, ids are UUIDs, people are usernames, moments are RFC 3339.
Every POST takes an `Idempotency-Key`; every error is `application/problem+json` with a stable `code`."""

api = NinjaAPI(
    title=settings.SITE_NAME,
    version="1",
    description=ABOUT,
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
    parser=StrictParser(),
)
for name, router in ROUTERS.items():
    api.add_router(f"v1/{name}", router)


@cache
def document() -> OpenAPISchema:
    """The OpenAPI document. It is in English, whoever asks."""
    with override("en"):
        return WholeTruth(api, PREFIX.strip("/") + "/")


class JsonFace:
    """Middleware, around everything under /api/: finds the token's owner, and makes every error a problem.

    Outermost, so that also what Django itself answers (405, 400 for a wrong host, 500) is JSON without internals.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        answer = self._answer(request)
        if answer.status_code >= 400 and answer.headers.get("Content-Type") != problems.MEDIA_TYPE:
            _put_as_problem(answer)
        if not answer.has_header("Cache-Control"):
            answer.headers["Cache-Control"] = "no-store"
        return answer

    def _answer(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH", "")
        if not length and _has_pieces(request):
            return problems.answer(length_missing())
        if length.isascii() and length.isdigit() and int(length) > LARGEST_BODY:
            return problems.answer(too_large())
        request.auth = SimpleLazyObject(partial(_token_of, request))  # type: ignore[attr-defined]
        return self.get_response(request)


@csrf_exempt
def nothing_here(request: HttpRequest, rest: str) -> HttpResponse:
    raise Http404


@api.exception_handler(Problem)
def _problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    return problems.answer(problem)


@api.exception_handler(PaymentError)
def _refusal(request: HttpRequest, refusal: PaymentError) -> HttpResponse:
    return problems.answer(problems.of_refusal(refusal))


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problems.answer(_of_status(404))


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Ninja wraps what its parser raises."""
    cause = error.__cause__
    return problems.answer(cause if isinstance(cause, Problem) else _of_status(error.status_code))


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, invalid: ValidationError) -> HttpResponse:
    errors = [{"field": _field(error["loc"]), "message": error["msg"]} for error in invalid.errors]
    return problems.answer(
        Problem(status=422, code="invalid", detail=_("Something is missing or not as it should be."), errors=errors)
    )


def _field(location: tuple[Any, ...]) -> str:
    """Without ninja's own words for where it is: ("body", "body", "by_hand", "amount") is "amount"."""
    inner = location[2:] if location[0] == "body" else location[1:]
    return ".".join(str(part) for part in inner if part not in ("by_hand", "by_quote")) or "body"


def _has_pieces(request: HttpRequest) -> bool:
    """Whether a body comes without its length: Django would see none. In HTTP/2 no header tells, only the body."""
    if "Transfer-Encoding" in request.headers:
        return True
    is_http2 = request.META.get("SERVER_PROTOCOL", "").startswith("HTTP/2")
    return is_http2 and request.method == "POST" and bool(request.META["wsgi.input"].read(1))


def _token_of(request: HttpRequest) -> Any:
    """Only the header counts: no session, no parameter."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    return api_tokens.token_with(secret.strip())


def _put_as_problem(answer: HttpResponse) -> None:
    """What came from elsewhere, in our words; its headers stay, such as Allow."""
    answer.content = problems.answer(_of_status(answer.status_code)).content
    answer.headers["Content-Type"] = problems.MEDIA_TYPE
    answer.headers["Content-Length"] = str(len(answer.content))


def _of_status(status: int) -> Problem:
    codes = {
        404: ("not_found", _("There is nothing here, or it is not yours.")),
        405: ("method_not_allowed", _("This address does not know this method.")),
        503: ("database_down", _("The database does not answer. With the same key it is safe to try again.")),
        500: ("internal_error", _("Something went wrong here. With the same key it is safe to try again.")),
    }
    code, detail = codes.get(status, ("bad_request", _("This request could not be understood.")))
    return Problem(status=status, code=code, detail=detail)
