"""What went wrong, as `application/problem+json` (RFC 9457) with a stable `code`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from conversion.errors import (
    Conflict,
    KeyReused,
    NotAllowed,
    PaymentError,
    Refused,
    TooOften,
    Unavailable,
    nearest,
    next_step_of,
)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 2
# The same table as that of the pages, which this room may not know: tests/architecture compares them.
STATUS: dict[type[PaymentError], int] = {Refused: 422, NotAllowed: 403, Conflict: 409, TooOften: 429, Unavailable: 503}
# What a field of a form is called here.
FIELDS = {"recipient": "payee"}


class Problem(Exception):
    """`field` is that of the request's body to which it belongs; `more` are further members of the document."""

    def __init__(
        self,
        *,
        status: int,
        code: str,
        detail: str,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.field = status, code, detail, field
        self.headers, self.more = dict(headers or {}), more

    def as_json(self) -> dict[str, Any]:
        members = {
            "type": f"/api/docs#{self.code}",
            "title": title(self.code),
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "field": self.field,
        } | self.more
        return {name: value for name, value in members.items() if value is not None}


def title(code: str) -> str:
    return code.replace("_", " ").capitalize()


def status_of(kind: type[PaymentError]) -> int:
    status = nearest(STATUS, kind)
    assert status is not None, f"{kind} is neither Refused nor Unavailable"
    return status


def of_refusal(refusal: PaymentError) -> Problem:
    """The same code and words as on the pages, where the words fit a program."""
    if isinstance(refusal, KeyReused):
        return key_reused(refusal.differing)
    return Problem(
        status=status_of(type(refusal)),
        code=refusal.code,
        detail=str(refusal),
        field=FIELDS.get(refusal.field or "", refusal.field),
        headers={"Retry-After": str(RETRY_AFTER_S)} if isinstance(refusal, Unavailable) else None,
        next=_next(refusal),
    )


def key_reused(differing: str) -> Problem:
    field = FIELDS.get(differing, differing)
    detail = _("This Idempotency-Key was already used with another %(field)s. Nothing was booked.") % {"field": field}
    return Problem(status=422, code=KeyReused.code, detail=detail, field=field)


def answer(problem: Problem) -> HttpResponse:
    return HttpResponse(
        json.dumps(problem.as_json()), content_type=MEDIA_TYPE, status=problem.status, headers=problem.headers
    )


def _next(refusal: PaymentError) -> dict[str, str] | None:
    """The page on which a person can do something about it."""
    step = next_step_of(refusal)
    if step is None:
        return None
    label, name = step
    return {"label": str(label), "url": reverse(name)}


def put_as_problem(response: HttpResponse) -> None:
    """What came from elsewhere, in our words; its headers stay, such as Allow."""
    response.content = answer(of_status(response.status_code)).content
    response.headers["Content-Type"] = MEDIA_TYPE
    response.headers["Content-Length"] = str(len(response.content))


def of_status(status: int) -> Problem:
    """What a bare status means here."""
    codes = {
        404: ("not_found", _("There is nothing here, or it is not yours.")),
        405: ("method_not_allowed", _("This address does not know this method.")),
        503: ("database_down", _("The database does not answer. With the same key it is safe to try again.")),
        500: ("internal_error", _("Something went wrong here. With the same key it is safe to try again.")),
    }
    code, detail = codes.get(status, ("bad_request", _("This request could not be understood.")))
    return Problem(status=status, code=code, detail=detail)
