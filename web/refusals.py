"""Showing a refusal on a page, and the HTTP methods of a page.

A view calls the service in a `with` block, which returns the answer for success. If the service raises a refusal, the
block shows it on the form, and the view goes on after the block and renders the page again:

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

from .waiting import say_when

a_page = require_http_methods(["GET", "HEAD", "POST"])

# The JSON face has the same table. This room may not import it, so tests/architecture compares the two.
STATUS: dict[type[PaymentError], int] = {Refused: 422, NotAllowed: 403, Conflict: 409, TooOften: 429, Unavailable: 503}


class RefusableForm(forms.Form):
    """A form that can show a refusal.

    The refusal's next step is shown beside the field `next_step_beside`, or above the form if that is None. `status` is
    the HTTP status of the page that shows this form.
    """

    status = 200
    next_step: NextStep | None = None
    next_step_beside: str | None = None


class _Refusals:
    """A context manager that passes a PaymentError to `tell` and suppresses it. Other exceptions go through."""

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
    """Adds the refusal to the field it belongs to, or to the form, and its next step beside it.

    It also sets the form's status, and renews the key if the ledger has stored the refusal under the old one.
    """
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, str(refusal))
    form.next_step, form.next_step_beside = next_step_of(refusal), field
    form.status = status_of(type(refusal))
    if isinstance(refusal, TooOften):
        say_when(refusal)
    if refusal.is_stored:
        renew_key(form)


def status_of(kind: type[PaymentError]) -> int:
    """The HTTP status for an exception, by the nearest of its base classes in STATUS."""
    status = nearest(STATUS, kind)
    assert status is not None, f"{kind} is neither Refused nor Unavailable"
    return status


def renew_key(form: RefusableForm) -> None:
    """Gives the form a new key, so that the corrected form is decided again.

    Call it only where nothing can have been booked under the old key.
    """
    if "key" in form.fields:
        form.data = dict(form.data.items()) | {"key": str(uuid4())}
