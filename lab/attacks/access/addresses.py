"""All addresses of the site: its URL patterns by name, and the path of each with an object in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from django.urls import URLPattern, URLResolver, get_resolver

PLACE = re.compile(r"<(?:\w+:)?\w+>")  # of an object, in a route
# The paths of routes with something else in them than one object.
PATHS = {
    "conversion": "/conversion/GBP/EUR/1.00",
    "payments:statement": "/payments/history/2026-11.csv",
    "api/<path:rest>": "/api/nothing",
    "event_schema": "/api/events/ping.json",
    "shop:selling_sales_file": "/shop/selling/sales/days.csv",
    "staff:shop_sales_file": "/staff/shop/sales/days.csv",
    "account_reset_password_from_key": "/accounts/password/reset/key/1-nonsense/",
    "admin:app_list": "/admin/ledger/",
    "admin:view_on_site": "/admin/r/1/1/",
    "admin/(?P<url>.*)$": "/admin/nothing/",
}


def routes() -> dict[str, str]:
    """The route of each URL pattern by its name, or by the route itself where it has no name."""
    return dict(_routes(get_resolver().url_patterns))


def path_of(name: str, route: str, place: str) -> str:
    """The path with `place` where the route has a place for an object."""
    if name in PATHS:
        return PATHS[name]
    plain = route.replace("^", "").replace("$", "").replace("(?P<key>[-:\\w]+)", "<key>")
    return "/" + PLACE.sub(quote(place), plain)


def _routes(found: Sequence[URLPattern | URLResolver], before: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    for each in found:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _routes(each.url_patterns, route, f"{space}{each.namespace}:" if each.namespace else space)
        else:
            yield (f"{space}{each.name}" if each.name else route), route
