"""The wiring of the JSON face: adds every room's routers, finds the token of a request, and formats errors."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from django.views.decorators.csrf import csrf_exempt
from ninja import Router

from accounts.models import ApiToken
from accounts.tokens import service as api_tokens
from api import calls, problems
from api.access import AnyOf, ApiRequest, known_scopes
from api.cross_origin import allow, preflight
from api.face import PREFIX, additions, api
from api.json_bodies import LARGEST_BODY, length_missing, too_large
from api.parameters import refuse_others
from api.problems import put_as_problem
from web.limits import address_of, origin_of

from .plugs import gather


def _prepare(name: str, router: Router) -> None:
    """Makes the queries of the router's operations strict.

    Raises ImproperlyConfigured for an operation with a scope that no room brings: no token could have that scope.
    """
    for view in router.path_operations.values():
        for operation in view.operations:
            (allowed,) = operation.auth_callbacks
            assert isinstance(allowed, AnyOf)
            for scope in allowed.scopes:
                if known_scopes.get(scope.code) is not scope:
                    raise ImproperlyConfigured(f"{name}: {operation.operation_id} needs a scope that no room brings")
            refuse_others(operation)


for name, router in gather("api", "ROUTERS"):
    _prepare(name, router)
    api.add_router(f"v1/{name}", router)
additions[:] = gather("api", "ADDITIONS")


class JsonFace:
    """Middleware for every request under /api/: finds the token, and turns every error into a problem document.

    It is the outermost middleware. So Django's own errors (405, 400 for a wrong host, 500) are JSON without internals,
    too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: ApiRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        request.credential = request.standing = None
        answer = preflight(request) or self._answer(request)
        if answer.status_code >= 400 and answer.headers.get("Content-Type") != problems.MEDIA_TYPE:
            put_as_problem(answer)
        if answer.status_code >= 400:
            problems.name_the_request(request, answer)
        if not answer.has_header("Cache-Control"):
            answer.headers["Cache-Control"] = "no-store"
        allow(request, answer)
        if request.credential is not None:
            calls.note(request.credential, answer.status_code)
        if request.standing is not None:
            for name, value in request.standing.headers().items():
                answer.headers[name] = value
        return answer

    def _answer(self, request: ApiRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH", "")
        if not length and _has_pieces(request):
            return problems.answer(length_missing())
        if length.isascii() and length.isdigit() and int(length) > LARGEST_BODY:
            return problems.answer(too_large())
        request.auth = SimpleLazyObject(partial(_token_of, request))  # no query for an operation that needs no token
        if request.method == "HEAD":
            return self._as_get(request)
        return _with_head(self.get_response(request))

    def _as_get(self, request: ApiRequest) -> HttpResponse:
        """The answer to HEAD: that to GET without its body. Its Content-Length stays that of GET (RFC 9110, 9.3.2)."""
        request.method = "GET"
        answer = _with_head(self.get_response(request))
        request.method = "HEAD"
        return answer


def _with_head(answer: HttpResponse) -> HttpResponse:
    """The same response. If it lists methods in `Allow`, it lists HEAD beside GET."""
    methods = [word.strip() for word in answer.headers.get("Allow", "").split(",")]
    if "GET" in methods and "HEAD" not in methods:
        answer.headers["Allow"] = ", ".join([*methods, "HEAD"])
    return answer


@csrf_exempt
def nothing_here(request: HttpRequest, rest: str) -> HttpResponse:
    """The view for every address under /api/ that is not known. Raises Http404."""
    raise Http404


def _has_pieces(request: HttpRequest) -> bool:
    """Whether a request without a Content-Length has a body, which Django would ignore.

    In HTTP/2 no header shows this, so one byte of the body is read.
    """
    if "Transfer-Encoding" in request.headers:
        return True
    is_http2 = request.META.get("SERVER_PROTOCOL", "").startswith("HTTP/2")
    return is_http2 and request.method == "POST" and bool(request.META["wsgi.input"].read(1))


def _token_of(request: ApiRequest) -> ApiToken | None:
    """The valid token in the header Authorization, or None. Sessions and parameters do not count.

    Raises TooManyTries, AddressNotAllowed.
    """
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    token = api_tokens.token_with(secret.strip(), origin=partial(origin_of, request))
    if token is not None:
        request.credential = token.credential
        api_tokens.use(token, address=partial(address_of, request))
    return token
