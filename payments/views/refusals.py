"""Showing a refusal, and the methods a page answers to."""

from __future__ import annotations

from django.forms import Form
from django.views.decorators.http import require_http_methods

from payments.exceptions import PaymentError

a_page = require_http_methods(["GET", "HEAD", "POST"])


def show(refusal: PaymentError, form: Form) -> int:
    """Puts the refusal where it belongs on the form, and its next step beside it; the answer's status."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    form.next_step = refusal.next_step  # type: ignore[attr-defined]
    return refusal.http_status
