"""What a token must allow: scopes, of which every app brings its own. Whose a token is, the site finds out."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext as _
from ninja.security.base import AuthBase

from .problems import Problem


class ApiRequest(HttpRequest):
    """A request under /api/: `auth` is the token that came with it, or false where there was no good one."""

    auth: SimpleLazyObject[object]


class Scope(AuthBase):
    """What a token must allow for an operation.

    A token stands in for the PIN, so `request.user` is known by nothing else, such as a cookie.
    """

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = "A personal access token, made under My account → Access tokens: `purse_…`"

    def __init__(self, code: str, label: str | Promise) -> None:
        super().__init__()
        self.code, self.label = code, label

    def __call__(self, request: HttpRequest) -> SimpleLazyObject[object]:
        token = cast(ApiRequest, request).auth
        if not token:
            raise _no_good_token()
        if self.code not in token.scopes:
            raise _scope_missing(self.code)
        request.user = token.user
        return token


known_scopes: dict[str, Scope] = {}  # filled by `wallet_site` from each app's `scopes.py`


def _no_good_token() -> Problem:
    return Problem(
        status=401,
        code="token_invalid",
        detail=_("Send a personal access token that is neither expired nor revoked: Authorization: Bearer purse_…"),
        headers={"WWW-Authenticate": 'Bearer realm="api"'},
    )


def _scope_missing(scope: str) -> Problem:
    return Problem(
        status=403,
        code="scope_missing",
        detail=_("This token was not given the scope %(scope)s.") % {"scope": scope},
        headers={"WWW-Authenticate": f'Bearer realm="api", error="insufficient_scope", scope="{scope}"'},
        scope=scope,
    )
