"""Showing a refusal, and the methods a page answers to."""

from __future__ import annotations

from uuid import uuid4

from django import forms
from django.views.decorators.http import require_http_methods

from conversion.errors import NextStep, PaymentError

a_page = require_http_methods(["GET", "HEAD", "POST"])


class RefusableForm(forms.Form):
    """Can show a refusal: its next step stands beside the field `next_step_beside`, or above the form."""

    next_step: NextStep | None = None
    next_step_beside: str | None = None


def show(refusal: PaymentError, form: RefusableForm) -> int:
    """Puts the refusal where it belongs on the form, and its next step beside it; the answer's status."""
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, str(refusal))
    form.next_step, form.next_step_beside = refusal.next_step, field
    if refusal.is_stored:
        renew_key(form)
    return refusal.http_status


def renew_key(form: RefusableForm) -> None:
    """So that the same form, corrected, is decided anew. Only where nothing can have been booked under the old key."""
    if "key" in form.fields:
        form.data = dict(form.data.items()) | {"key": str(uuid4())}
