"""At most once for programs: the first answer to a key is stored together with what it did, and given again.

What is stored is what was decided: done, or declined by the ledger. A refusal that decided nothing (a wrong amount, a
service that is down) is not, so the same key may be used for another try.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from conversion.errors import Refused

from .models import Answer
from .problems import MEDIA_TYPE, Problem, key_reused

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)

Keep = Callable[[int, dict[str, Any]], None]


class AnsweredMeanwhile(Exception):
    """Another request with this key was faster; what this one did is rolled back."""


def once(
    request: HttpRequest, *, operation: str, asked: dict[str, Any], act: Callable[[UUID, Keep], object]
) -> HttpResponse:
    """What `act(key, keep)` was answered, now or at its first time.

    `act` calls `keep(status, body)` once what it does is decided, declines included: inside the money transaction
    (passed to the service as `with_it`) where there is one. What it raises decided nothing. `asked` is what came, field
    by field: other content under the key is refused by the field's name.
    """
    maker, key = request.user.pk, _key_of(request)
    assert maker is not None
    if not asked.keys() - {"id"}:
        _require_no_body(request)
    if (known := _known(maker, key, operation, asked)) is not None:
        return _reply(known.status, known.body, replayed=True)

    kept: list[tuple[int, dict[str, Any]]] = []

    def keep(status: int, body: dict[str, Any]) -> None:
        _store(maker, key, operation, asked, status, body)
        kept.append((status, body))

    try:
        act(key, keep)
    except (AnsweredMeanwhile, Refused):
        # The same key may have been faster elsewhere, which is also why there may be nothing left to do here.
        answer = _known(maker, key, operation, asked)
        if answer is None:
            raise
        return _reply(answer.status, answer.body, replayed=True)
    assert kept, f"{operation} did not say what it decided: was keep passed to the service as with_it?"
    return _reply(*kept[-1], replayed=False)  # the last one: each try of the transaction keeps its own


def _key_of(request: HttpRequest) -> UUID:
    given = request.headers.get(HEADER)
    if not given:
        raise Problem(
            status=400,
            code="idempotency_key_missing",
            detail=_("Send an Idempotency-Key: a new UUID for each thing you want done, the same one to try again."),
        )
    if not KEY.fullmatch(given):
        raise Problem(
            status=400,
            code="idempotency_key_malformed",
            detail=_("The Idempotency-Key must be a UUID, such as 7f2c1a54-6f0e-4d3a-9d0b-2f4c9f0e8b11."),
        )
    return UUID(given)


def _require_no_body(request: HttpRequest) -> None:
    """Who sends one means something by it, such as a smaller amount, that would not happen."""
    if request.body.strip() not in (b"", b"{}"):
        raise Problem(status=422, code="invalid", detail=_("This operation takes no body."), errors=[])


def _known(maker: int, key: UUID, operation: str, asked: dict[str, Any]) -> Answer | None:
    """The answer to the key, if it has one. Raises Problem where it was the answer to something else."""
    known = Answer.objects.filter(maker=maker, key=key).first()
    if known is None:
        return None
    if known.operation != operation:
        raise key_reused("operation")
    for field in [*asked, *known.asked]:
        if known.asked.get(field) != asked.get(field):
            raise key_reused(field)
    return known


def _store(maker: int, key: UUID, operation: str, asked: dict[str, Any], status: int, body: dict[str, Any]) -> None:
    """INSERT, never SELECT first: the key's index decides who was faster. Raises AnsweredMeanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO api_answer (maker_id, key, operation, asked, status, body)
               VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (maker_id, key) DO NOTHING""",
            [maker, str(key), operation, json.dumps(asked), status, json.dumps(body)],
        )
        if cursor.rowcount == 0:
            raise AnsweredMeanwhile


def _reply(status: int, body: dict[str, Any], *, replayed: bool) -> HttpResponse:
    """In one order of its members: the database keeps another than they were written in."""
    media_type = "application/json" if status < 400 else MEDIA_TYPE
    headers = {REPLAYED: "true"} if replayed else {}
    content = json.dumps(body, sort_keys=True)
    return HttpResponse(content, status=status, content_type=media_type, headers=headers)
