"""The JSON face, gathered from each app's routers. It knows whose token came, and how to say what went wrong."""

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
from api import problems
from api.access import ApiRequest, Scope, known_scopes
from api.face import PREFIX, api
from api.json_bodies import LARGEST_BODY, length_missing, too_large
from api.problems import put_as_problem

from .plugs import gather


def _require_known_scopes(name: str, router: Router) -> None:
    """Nobody could be granted a scope that no app brought. Raises ImproperlyConfigured."""
    for view in router.path_operations.values():
        for operation in view.operations:
            for scope in operation.auth_callbacks:
                if not isinstance(scope, Scope) or known_scopes.get(scope.code) is not scope:
                    raise ImproperlyConfigured(f"{name}: {operation.operation_id} asks for a scope that nobody brings")


for name, router in gather("api", "ROUTERS"):
    _require_known_scopes(name, router)
    api.add_router(f"v1/{name}", router)


class JsonFace:
    """Middleware, around everything under /api/: finds the token's owner, and makes every error a problem.

    Outermost, so that also what Django itself answers (405, 400 for a wrong host, 500) is JSON without internals.
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
        return answer

    def _answer(self, request: ApiRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH", "")
        if not length and _has_pieces(request):
            return problems.answer(length_missing())
        if length.isascii() and length.isdigit() and int(length) > LARGEST_BODY:
            return problems.answer(too_large())
        request.auth = SimpleLazyObject(partial(_token_of, request))
        return self.get_response(request)


@csrf_exempt
def nothing_here(request: HttpRequest, rest: str) -> HttpResponse:
    raise Http404


def _has_pieces(request: HttpRequest) -> bool:
    """Whether a body comes without its length: Django would see none. In HTTP/2 no header tells, only the body."""
    if "Transfer-Encoding" in request.headers:
        return True
    is_http2 = request.META.get("SERVER_PROTOCOL", "").startswith("HTTP/2")
    return is_http2 and request.method == "POST" and bool(request.META["wsgi.input"].read(1))


def _token_of(request: HttpRequest) -> ApiToken | None:
    """Only the header counts: no session, no parameter."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    return api_tokens.token_with(secret.strip())
