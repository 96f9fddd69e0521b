"""Scopes: what an access token must allow before an operation of the JSON API runs.

Each app defines its own scopes in its `scopes.py`. `wallet_site/json_face.py` finds a request's token and its owner.
"""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext as _
from ninja.security.base import AuthBase

from .problems import Problem
from .rates import Standing, spend


class ApiRequest(HttpRequest):
    """A request under /api/. `auth` is the access token that came with it; it is false where no valid token came.

    `credential` is its name for rates and calls, and `standing` how it stands with its rate; None before it is known.
    """

    auth: SimpleLazyObject[object]
    credential: str | None
    standing: Standing | None


class AnyOf(AuthBase):
    """Scopes of which the token of a request must have one; without scopes, any valid token will do.

    Django Ninja calls it before the operation (`auth=`). A token takes the place of the PIN. So `request.user` is
    always the token's owner; a session cookie has no effect. The call raises Problem: 401 where no valid token came,
    429 where it came too often, 403 where it has none of the scopes.
    """

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = "A personal access token. It begins with `purse_`; make one under My account → Access tokens."

    def __init__(self, *scopes: Scope) -> None:
        super().__init__()
        self.scopes = scopes

    def __call__(self, request: HttpRequest) -> SimpleLazyObject[object]:
        request = cast(ApiRequest, request)
        token = request.auth
        if not token:
            raise _no_good_token(request)
        assert request.credential and request.method
        request.standing = spend(request.credential, method=request.method)
        if request.standing.is_over:
            raise request.standing.problem()
        codes = [scope.code for scope in self.scopes]
        if codes and not set(codes) & set(token.scopes):
            raise _scope_missing(" ".join(codes))
        request.user = token.user
        return token


class Scope(AnyOf):
    """A scope that the token of a request must have.

    With `listens`, events of the token's owner are written from the first such token on.
    """

    def __init__(self, code: str, label: str | Promise, *, listens: bool = False) -> None:
        super().__init__(self)
        self.code, self.label, self.listens = code, label, listens


known_scopes: dict[str, Scope] = {}  # by their codes; `wallet_site` fills it from each app's `scopes.py`


def _no_good_token(request: HttpRequest) -> Problem:
    # RFC 6750, 3.1: without any credentials, the header names no error.
    error = ', error="invalid_token"' if "Authorization" in request.headers else ""
    return Problem(
        status=401,
        code="token_invalid",
        detail=_("No valid token came. Send a personal access token that is in force: Authorization: Bearer purse_…"),
        headers={"WWW-Authenticate": f'Bearer realm="api"{error}'},
    )


def _scope_missing(scope: str) -> Problem:
    return Problem(
        status=403,
        code="scope_missing",
        detail=_("This token does not have the scope %(scope)s. Use a token that has it.") % {"scope": scope},
        headers={"WWW-Authenticate": f'Bearer realm="api", error="insufficient_scope", scope="{scope}"'},
        scope=scope,
    )
