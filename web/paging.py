"""The number of rows on one page of a list, and where a page begins."""

from __future__ import annotations

from django.http import HttpRequest

PAGE = 20
LONGEST_ID = 18  # digits, which fit into PostgreSQL's bigint


def id_in(request: HttpRequest, name: str) -> int | None:
    """The parameter `name` of the address, if it is a number that an id can have."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_ID else None
