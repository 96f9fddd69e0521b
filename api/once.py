"""Idempotency for programs: the first answer to a key is stored with its effect, and a repeat gets the same answer.

A decision is stored: done, or declined by the ledger. A refusal that decided nothing (a wrong amount, a service that is
down) is not stored, so the same key may be used for another try.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID, uuid5

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from pydantic import Field

from conversion.errors import Refused

from . import problems
from .models import Answer
from .problems import MEDIA_TYPE, Problem, key_reused

KEPT = "30 days"  # how long an answer is stored whose operation moves no money
HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
IS_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
IS_KEY = re.compile(r"[!-~](?:[ -~]{0,253}[!-~])?", re.ASCII)
KEYS = UUID("f0b8ad5e-3c9d-4a57-8a53-51a8f2f4a6d1")  # the namespace of keys that are not UUIDs themselves

LongKey = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[!-~]([ -~]*[!-~])?$", examples=["order-4711"])]
Keep = Callable[[int, dict[str, Any]], None]


class AnsweredMeanwhile(Exception):
    """Another request with the same key stored its answer first. This request's transaction is rolled back."""


def once(
    request: HttpRequest,
    *,
    operation: str,
    asked: dict[str, Any],
    act: Callable[[UUID, Keep], object],
    moves_money: bool = True,
) -> HttpResponse:
    """The answer to the key of this request: from `act(key, keep)`, or the stored answer where the key was used before.

    `act` calls `keep(status, body)` as soon as the outcome is decided, also for a decline. Where there is a money
    transaction, it calls `keep` inside it (passed to the service as `with_it`). Where `act` raises, nothing was
    decided. `asked` is the content of the request, field by field. `moves_money`: whether the operation moves or holds
    money. If not, the answer is forgotten after KEPT, and then the key of what the operation made decides alone.

    Raises Problem: 400 for a missing or malformed key, 422 for a key that was used with other content (with the name of
    the field that differs), 422 for a body where the operation takes none. Passes on what `act` raises.
    """
    maker, given = request.user.pk, _given(request)
    assert maker is not None
    key = key_of(given)
    if not asked.keys() - {"id"}:
        _require_no_body(request)
    if (known := _known(maker, key, operation, asked)) is not None:
        return _reply(known.status, known.body, replayed=True)

    kept: list[tuple[int, dict[str, Any]]] = []

    def keep(status: int, body: dict[str, Any]) -> None:
        if status >= 400:
            body = problems.of_request(request) | body
        _store(maker, key, given, operation, asked, status, body, None if moves_money else KEPT)
        kept.append((status, body))

    try:
        act(key, keep)
    except (AnsweredMeanwhile, Refused):
        # Another request with the same key may have been faster. Its effect can also be the cause of this refusal: for
        # example, it closed the payment request that this one wanted to pay.
        answer = _known(maker, key, operation, asked)
        if answer is None:
            raise
        return _reply(answer.status, answer.body, replayed=True)
    assert kept, f"{operation} returned without calling keep: was keep passed to the service as with_it?"
    return _reply(*kept[-1], replayed=False)  # the last one: every try of the transaction calls `keep`


def key_of(given: str) -> UUID:
    """The key as the ledger stores it: a UUID is itself, and any other text has a UUID of its own (version 5)."""
    return UUID(given) if IS_UUID.fullmatch(given) else uuid5(KEYS, given)


def _given(request: HttpRequest) -> str:
    """The key as it came. Raises Problem where it is missing or malformed."""
    given = request.headers.get(HEADER)
    if not given:
        raise Problem(
            status=400,
            code="idempotency_key_missing",
            detail=_("Send an Idempotency-Key header: a new text for each action, the same text to try it again."),
        )
    if not IS_KEY.fullmatch(given):
        raise Problem(
            status=400,
            code="idempotency_key_malformed",
            detail=_("The Idempotency-Key must be 1 to 255 printable characters of ASCII, such as order-4711."),
        )
    return given


def _require_no_body(request: HttpRequest) -> None:
    """Raises Problem where a body came: its content, such as a smaller amount, would be ignored without a word."""
    if request.body.strip() not in (b"", b"{}"):
        raise Problem(
            status=422,
            code="invalid",
            detail=_("This operation takes no body. Send none."),
            errors=[],
        )


def _known(maker: int, key: UUID, operation: str, asked: dict[str, Any]) -> Answer | None:
    """The stored answer to the key, or None. Raises Problem where the key was used for something else."""
    known = Answer.objects.filter(maker=maker, key=key).first()
    if known is None:
        return None
    if known.operation != operation:
        raise key_reused("operation", earlier=_earlier(known))
    for field in [*asked, *known.asked]:
        if known.asked.get(field) != asked.get(field):
            raise key_reused(field, earlier=_earlier(known))
    return known


def _earlier(known: Answer) -> dict[str, Any]:
    """What the key did before. The id is None where it was declined."""
    return {"operation": known.operation, "id": known.body.get("id")}


def _store(
    maker: int,
    key: UUID,
    given: str,
    operation: str,
    asked: dict[str, Any],
    status: int,
    body: dict[str, Any],
    kept: str | None,
) -> None:
    """Stores the answer. Raises AnsweredMeanwhile where another request with the same key stored one first.

    It is an INSERT without a SELECT before it: the unique index decides which of two simultaneous requests was first.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO api_answer (maker_id, key, given, operation, asked, status, body, expires_at)
               VALUES (%s, %s, %s, %s, %s, %s, %s, clock_timestamp() + %s::interval)
               ON CONFLICT (maker_id, key) DO NOTHING""",
            [maker, str(key), given, operation, json.dumps(asked), status, json.dumps(body), kept],
        )
        if cursor.rowcount == 0:
            raise AnsweredMeanwhile


def _reply(status: int, body: dict[str, Any], *, replayed: bool) -> HttpResponse:
    """The response. Its members are sorted, since jsonb does not keep their order: so a repeat gets the same bytes."""
    media_type = "application/json" if status < 400 else MEDIA_TYPE
    headers = {REPLAYED: "true"} if replayed else {}
    content = json.dumps(body, sort_keys=True)
    return HttpResponse(content, status=status, content_type=media_type, headers=headers)
