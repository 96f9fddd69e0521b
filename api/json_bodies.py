"""JSON bodies, read so strictly that what was signed off is what was sent."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.parser import Parser

from .problems import Problem

LARGEST_BODY = 64 * 1024  # bytes
DEEPEST = 16  # lists and objects within one another


class StrictParser(Parser):
    """Refuses what two readers could understand differently: NaN, a key twice, half a character, other encodings."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Raises Problem: 415 or 400."""
        if request.content_type != "application/json":
            raise Problem(
                status=415, code="not_json", detail=_("Send the body as JSON, with Content-Type: application/json.")
            )
        try:
            body = json.loads(
                request.body.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_object_of_unique_keys
            )
            _require_plain(body)
        except (ValueError, RecursionError) as error:
            raise Problem(status=400, code="json_unreadable", detail=_("The body is not well-formed JSON.")) from error
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
    """Raises ValueError where it is too deep, or a text cannot be stored."""
    if isinstance(value, str):
        _require_characters(value)
    elif isinstance(value, dict | list):
        if depth > DEEPEST:
            raise ValueError("too deep")
        for part in value.values() if isinstance(value, dict) else value:
            _require_plain(part, depth + 1)


def _require_characters(text: str) -> None:
    """Whole characters, none of them NUL."""
    if "\x00" in text:
        raise ValueError("NUL in a text")
    text.encode("utf-8")  # UnicodeEncodeError, a ValueError, for half a surrogate pair
