"""Problems: errors as `application/problem+json` documents (RFC 9457) with a `code` that never changes its meaning."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
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

from .fields import Sum

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 2
# The same table is in web/refusals.py. This room may not import that one, so tests/architecture compares them.
STATUS: dict[type[PaymentError], int] = {Refused: 422, NotAllowed: 403, Conflict: 409, TooOften: 429, Unavailable: 503}
# Names of form fields that the JSON API calls otherwise.
FIELDS = {"recipient": "payee"}


class Problem(Exception):
    """An error that is answered as a problem document.

    `field` is the field of the request that the error is about. `more` are further members of the document. A member
    whose value is None is left out.
    """

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
            "type": f"{settings.SITE_ADDRESS}/api/docs#{self.code}",
            "title": title(self.code),
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "field": self.field,
        } | self.more
        return {name: value for name, value in members.items() if value is not None}


def title(code: str) -> str:
    """The code as words: "not_found" is "Not found"."""
    return code.replace("_", " ").capitalize()


def status_of(kind: type[PaymentError]) -> int:
    """The HTTP status of an exception, from its nearest base in STATUS."""
    status = nearest(STATUS, kind)
    assert status is not None, f"{kind} has no base in STATUS"
    return status


def of_refusal(refusal: PaymentError) -> Problem:
    """The problem for an exception, with its code and the text that pages show. A reused key has a text of its own."""
    if isinstance(refusal, KeyReused):
        return key_reused(refusal.differing)
    return Problem(
        status=status_of(type(refusal)),
        code=refusal.code,
        detail=str(refusal),
        field=FIELDS.get(refusal.field or "", refusal.field),
        headers=_retry_after(refusal),
        next=_next(refusal),
        **{name: Sum.of(money).model_dump() for name, money in refusal.sums.items()},
    )


def _retry_after(refusal: PaymentError) -> dict[str, str]:
    if isinstance(refusal, TooOften):
        return {"Retry-After": str(refusal.wait_s)}
    return {"Retry-After": str(RETRY_AFTER_S)} if isinstance(refusal, Unavailable) else {}


def key_reused(differing: str, *, earlier: Mapping[str, Any] | None = None) -> Problem:
    """The problem of a key that was used with other content. `differing` names the field that differs.

    `earlier` says what the key did, so that a program can fetch it. None: it did that on a page.
    """
    field = FIELDS.get(differing, differing)
    detail = _("This Idempotency-Key was already used with another %(field)s. Nothing was booked.") % {"field": field}
    return Problem(status=422, code=KeyReused.code, detail=detail, field=field, earlier=earlier)


def answer(problem: Problem) -> HttpResponse:
    return HttpResponse(
        json.dumps(problem.as_json()), content_type=MEDIA_TYPE, status=problem.status, headers=problem.headers
    )


def _next(refusal: PaymentError) -> dict[str, str] | None:
    """The label and address of the page on which a person can do something about the refusal, if there is one."""
    step = next_step_of(refusal)
    if step is None:
        return None
    label, name = step
    return {"label": str(label), "url": settings.SITE_ADDRESS + reverse(name)}


def of_request(request: HttpRequest) -> dict[str, str]:
    """The member that names the request, for whoever reports the error. Empty where the request has no id."""
    return {"request_id": request.request_id} if hasattr(request, "request_id") else {}


def name_the_request(request: HttpRequest, response: HttpResponse) -> None:
    """Adds the request's id to a problem that has none. A stored decline has one: that of the request it decided."""
    problem = of_request(request) | json.loads(response.content)
    response.content = json.dumps(problem, sort_keys=True).encode()
    response.headers["Content-Length"] = str(len(response.content))


def put_as_problem(response: HttpResponse) -> None:
    """Replaces the body of a response that Django made by a problem. Its other headers, such as Allow, stay."""
    response.content = answer(of_status(response.status_code)).content
    response.headers["Content-Type"] = MEDIA_TYPE
    response.headers["Content-Length"] = str(len(response.content))


def of_status(status: int) -> Problem:
    """The problem for a bare HTTP status. A status without an entry here is `bad_request`."""
    codes = {
        404: ("not_found", _("Nothing is at this address, or it is not yours.")),
        405: (
            "method_not_allowed",
            _("This address does not support this method; Allow lists those it supports."),
        ),
        503: (
            "database_down",
            _("The database does not answer. It is safe to try again with the same key."),
        ),
        500: ("internal_error", _("An error in the server. It is safe to try again with the same key.")),
    }
    code, detail = codes.get(status, ("bad_request", _("This request could not be read.")))
    return Problem(status=status, code=code, detail=detail)
