"""Reading JSON bodies strictly, so that the sending program and this server understand the same thing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.parser import Parser

from .problems import Problem

LARGEST_BODY = 64 * 1024  # bytes
DEEPEST = 16  # lists and objects within one another


class StrictParser(Parser):
    """Refuses what two programs could read differently.

    That is NaN and Infinity, a name twice in one object, half a surrogate pair, NUL in a text, and other encodings than
    UTF-8. Nesting deeper than DEEPEST is refused as well.
    """

    def parse_body(self, request: HttpRequest) -> Any:
        """The body as Python values. Raises Problem: 415 for another Content-Type, 400 for what it cannot accept."""
        if request.content_type != "application/json":
            raise Problem(
                status=415, code="not_json", detail=_("Send the body as JSON, with Content-Type: application/json.")
            )
        return load(request.body)


def load(content: bytes, *, number: Callable[[str], object] | None = None) -> Any:
    """The content as Python values. `number` makes a value from the text of a number, also from NaN and Infinity.

    Without `number`, numbers are Python's, and NaN and Infinity are refused. Raises Problem (400).
    """
    try:
        body = json.loads(
            content.decode("utf-8"),
            parse_int=number,
            parse_float=number,
            parse_constant=number or _no_constant,
            object_pairs_hook=_object_of_unique_keys,
        )
        _require_plain(body)
    except (ValueError, RecursionError) as error:
        raise Problem(
            status=400, code="json_unreadable", detail=_("The body is not valid JSON for this API.")
        ) from error
    return body


def length_missing() -> Problem:
    return Problem(status=411, code="length_required", detail=_("Send the body with its Content-Length."))


def too_large() -> Problem:
    return Problem(status=413, code="body_too_large", detail=_("The body is larger than 64 kB."))


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _object_of_unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key comes twice")
    for key in found:
        _require_characters(key)
    return found


def _require_plain(value: object, depth: int = 1) -> None:
    """Raises ValueError where the value is nested deeper than DEEPEST, or has a text that cannot be stored."""
    if isinstance(value, str):
        _require_characters(value)
    elif isinstance(value, dict | list):
        if depth > DEEPEST:
            raise ValueError("too deep")
        for part in value.values() if isinstance(value, dict) else value:
            _require_plain(part, depth + 1)


def _require_characters(text: str) -> None:
    """Raises ValueError where the text has NUL, which PostgreSQL cannot store, or half a surrogate pair."""
    if "\x00" in text:
        raise ValueError("NUL in a text")
    text.encode("utf-8")  # UnicodeEncodeError, a ValueError, for half a surrogate pair
