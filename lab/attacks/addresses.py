"""Every address of the site: its pages and its JSON operations, from the site map itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import get_converters
from django.urls.resolvers import RoutePattern

GROUP = re.compile(r"\(\?P<(\w+)>[^()]*\)")


@dataclass(frozen=True, slots=True)
class Place:
    """One address with the names of its parts that vary. `methods` are those of a JSON operation, or empty."""

    name: str  # as in the site map, such as "payments:receipt"
    route: str  # such as "payments/<uuid:reference>/"
    parts: tuple[str, ...]
    methods: tuple[str, ...] = ()

    @property
    def is_operation(self) -> bool:
        return bool(self.methods)

    def filled(self, values: dict[str, str]) -> str:
        """The path with these values for its parts."""
        path = self.route
        for part in self.parts:
            for converter in ("", *(f"{name}:" for name in get_converters())):
                path = path.replace(f"<{converter}{part}>", values[part])
        return f"/{path}"


def places() -> list[Place]:
    """All addresses of the site, each route once."""
    known: dict[str, Place] = {}
    for place in _walked(get_resolver().url_patterns, "", ""):
        known.setdefault(place.route, place)
    return list(known.values())


def _walked(patterns: list[Any], route: str, namespace: str) -> Iterator[Place]:
    for pattern in patterns:
        whole = route + _route_of(pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walked(pattern.url_patterns, whole, inner)
        elif isinstance(pattern, URLPattern):
            parts = tuple(name for name in _parts_of(whole))
            yield Place(f"{namespace}{pattern.name or whole}", whole, parts, _methods_of(pattern))


def _route_of(pattern: URLPattern | URLResolver) -> str:
    """The route as `path()` has it; the groups of a regular expression become parts, too."""
    text = str(pattern.pattern)
    if isinstance(pattern.pattern, RoutePattern):
        return text
    return GROUP.sub(r"<\1>", text.removeprefix("^").removesuffix("$").removesuffix("\\Z"))


def _parts_of(route: str) -> Iterator[str]:
    for piece in route.split("<")[1:]:
        yield piece.partition(">")[0].rpartition(":")[2]


def _methods_of(pattern: URLPattern) -> tuple[str, ...]:
    """The methods of a JSON operation, which django-ninja keeps at its view."""
    view = getattr(pattern.callback, "__self__", None) or getattr(pattern.callback, "__closure__", None)
    operations = getattr(view, "operations", None)
    if operations is None and isinstance(view, tuple):
        found = [cell.cell_contents for cell in view if hasattr(cell.cell_contents, "operations")]
        operations = found[0].operations if found else None
    return tuple(sorted({method for operation in operations or () for method in operation.methods}))
