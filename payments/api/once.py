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

from payments.exceptions import PaymentError
from payments.models import Answer

from .problems import MEDIA_TYPE, Problem, key_reused

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)

Keep = Callable[[int, dict[str, Any]], None]


class AnsweredMeanwhile(Exception):
    """Another request with this key was faster; what this one did is rolled back."""


def once(
    request: HttpRequest, *, operation: str, asked: dict[str, Any], act: Callable[[UUID, Keep], Any]
) -> HttpResponse:
    """What `act(key, keep)` was answered, now or at its first time.

    `act` calls `keep(status, body)` once what it does is decided: inside the money transaction (by `db.also`) where
    there is one. `asked` is what came, field by field: other content under the key is refused by the field's name.
    """
    maker, key = request.user.pk, _key_of(request)
    assert maker is not None
    if not asked.keys() - {"id"}:
        _require_no_body(request)
    if (known := _answer(maker, key)) is not None:
        _require_same(known, operation, asked)
        return _reply(known, replayed=True)

    faster = False
    try:
        act(key, lambda status, body: _store(maker, key, operation, asked, status, body))
    except AnsweredMeanwhile:
        faster = True
    except PaymentError:  # the ledger's no is stored before the service puts it into words
        if _answer(maker, key) is None:
            raise
    answer = _answer(maker, key)
    assert answer is not None, f"{operation} kept no answer"
    _require_same(answer, operation, asked)
    return _reply(answer, replayed=faster)


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


def _answer(maker: int, key: UUID) -> Answer | None:
    return Answer.objects.filter(maker=maker, key=key).first()


def _store(maker: int, key: UUID, operation: str, asked: dict[str, Any], status: int, body: dict[str, Any]) -> None:
    """INSERT, never SELECT first: the key's index decides who was faster. Raises AnsweredMeanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO payments_answer (maker_id, key, operation, asked, status, body)
               VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (maker_id, key) DO NOTHING""",
            [maker, str(key), operation, json.dumps(asked), status, json.dumps(body)],
        )
        if cursor.rowcount == 0:
            raise AnsweredMeanwhile


def _require_same(known: Answer, operation: str, asked: dict[str, Any]) -> None:
    if known.operation != operation:
        raise key_reused("operation")
    for field in [*asked, *known.asked]:
        if known.asked.get(field) != asked.get(field):
            raise key_reused(field)


def _reply(answer: Answer, *, replayed: bool) -> HttpResponse:
    media_type = "application/json" if answer.status < 400 else MEDIA_TYPE
    headers = {REPLAYED: "true"} if replayed else {}
    return HttpResponse(json.dumps(answer.body), status=answer.status, content_type=media_type, headers=headers)
