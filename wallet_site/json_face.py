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
from api.access import ApiRequest, Scope, known_scopes
from api.face import PREFIX, api
from api.json_bodies import LARGEST_BODY, length_missing, too_large
from api.problems import put_as_problem
from web.limits import address_of, origin_of

from .plugs import gather


def _require_known_scopes(name: str, router: Router) -> None:
    """Raises ImproperlyConfigured for an operation with a scope that no room brings: no token could have that scope."""
    for view in router.path_operations.values():
        for operation in view.operations:
            for scope in operation.auth_callbacks:
                if not isinstance(scope, Scope) or known_scopes.get(scope.code) is not scope:
                    raise ImproperlyConfigured(f"{name}: {operation.operation_id} needs a scope that no room brings")


for name, router in gather("api", "ROUTERS"):
    _require_known_scopes(name, router)
    api.add_router(f"v1/{name}", router)


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
        answer = self._answer(request)
        if answer.status_code >= 400 and answer.headers.get("Content-Type") != problems.MEDIA_TYPE:
            put_as_problem(answer)
        if not answer.has_header("Cache-Control"):
            answer.headers["Cache-Control"] = "no-store"
        if request.credential is not None:
            calls.note(request.credential, answer.status_code)
        if request.standing is not None:
            for name, value in request.standing.headers().items():
                answer.headers[name] = value
        return answer

    def _answer(self, request: ApiRequest) -> HttpResponse:
        request.credential = request.standing = None
        length = request.META.get("CONTENT_LENGTH", "")
        if not length and _has_pieces(request):
            return problems.answer(length_missing())
        if length.isascii() and length.isdigit() and int(length) > LARGEST_BODY:
            return problems.answer(too_large())
        request.auth = SimpleLazyObject(partial(_token_of, request))  # no query for an operation that needs no token
        return self.get_response(request)


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
