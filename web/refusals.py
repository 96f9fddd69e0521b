"""Showing a refusal, and the methods a page answers to.

A view says what it tries in a `with` block that ends with the answer of success; whoever comes past the block was
refused, and gets the page again:

    with refusals_on(form):
        transfer = service.refund(...)
        return redirect(...)
    return render(..., status=form.status)
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import TracebackType
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.views.decorators.http import require_http_methods

from conversion.errors import (
    Conflict,
    NextStep,
    NotAllowed,
    PaymentError,
    Refused,
    TooOften,
    Unavailable,
    nearest,
    next_step_of,
)

a_page = require_http_methods(["GET", "HEAD", "POST"])

# The same table as that of the JSON face, which this room may not know: tests/architecture compares them.
STATUS: dict[type[PaymentError], int] = {Refused: 422, NotAllowed: 403, Conflict: 409, TooOften: 429, Unavailable: 503}


class RefusableForm(forms.Form):
    """Can show a refusal: its next step stands beside the field `next_step_beside`, or above the form.

    `status` is that of the page with this form on it.
    """

    status = 200
    next_step: NextStep | None = None
    next_step_beside: str | None = None


class _Refusals:
    """A `with` block out of which a refusal comes as far as `tell`, and no further. Every other exception passes."""

    def __init__(self, tell: Callable[[PaymentError], object]) -> None:
        self.tell = tell

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        if isinstance(error, PaymentError):
            self.tell(error)
            return True
        return False


def refusals_on(form: RefusableForm) -> _Refusals:
    """A refusal in the `with` block is shown on the form."""
    return _Refusals(partial(show, form=form))


def refusals_as_messages(request: HttpRequest, level: int = messages.ERROR) -> _Refusals:
    """A refusal in the `with` block is a message on the next page."""
    return _Refusals(lambda refusal: messages.add_message(request, level, str(refusal)))


def show(refusal: PaymentError, form: RefusableForm) -> None:
    """Puts the refusal where it belongs on the form, and its next step beside it."""
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, str(refusal))
    form.next_step, form.next_step_beside = next_step_of(refusal), field
    form.status = status_of(type(refusal))
    if refusal.is_stored:
        renew_key(form)


def status_of(kind: type[PaymentError]) -> int:
    status = nearest(STATUS, kind)
    assert status is not None, f"{kind} is neither Refused nor Unavailable"
    return status


def renew_key(form: RefusableForm) -> None:
    """So that the same form, corrected, is decided anew. Only where nothing can have been booked under the old key."""
    if "key" in form.fields:
        form.data = dict(form.data.items()) | {"key": str(uuid4())}
