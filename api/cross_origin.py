"""CORS: programs in a browser, from pages of any other site, may use the API with an access token.

Every origin is allowed, because no cookie counts here: who has no token gains nothing by coming from another site.
Addresses that take cookies must never get these headers.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from .once import HEADER, REPLAYED

TOKENS_ONLY = "/api/v1/"  # below it, only access tokens count
ASKED = "Access-Control-Request-Method"
DAY_S = 86_400


def preflight(request: HttpRequest) -> HttpResponse | None:
    """The answer to a browser that asks what it may send, before it sends a request; None for other requests."""
    if request.method != "OPTIONS" or not _is_open(request) or ASKED not in request.headers:
        return None
    return HttpResponse(
        status=204,
        headers={
            "Access-Control-Allow-Methods": "GET, HEAD, POST",
            "Access-Control-Allow-Headers": f"Authorization, Content-Type, {HEADER}, X-Request-Id",
            "Access-Control-Max-Age": str(DAY_S),
        },
    )


def allow(request: HttpRequest, response: HttpResponse) -> None:
    """Lets a page of any origin read this response, an error as well."""
    if _is_open(request):
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = (
            f"{REPLAYED}, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, WWW-Authenticate"
        )


def _is_open(request: HttpRequest) -> bool:
    return request.path_info.startswith(TOKENS_ONLY)
