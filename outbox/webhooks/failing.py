"""Endpoints that keep failing: their owners are told after an hour, and after five days they are switched off."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.utils import timezone

from events.mails import Letter

from . import service
from .models import Endpoint

TOLD_AFTER = dt.timedelta(hours=1)
TOLD_AGAIN_AFTER = dt.timedelta(days=1)
OFF_AFTER, LEAST_FAILURES = dt.timedelta(days=5), 20


def tell_of_failure(endpoint: Endpoint, switched_off: str = "") -> None:
    """Writes a letter to the owner if it is time for one, and switches the endpoint off if it failed for too long."""
    failing_for = timezone.now() - endpoint.failing_since if endpoint.failing_since else dt.timedelta(0)
    if not switched_off and failing_for >= OFF_AFTER and endpoint.failures >= LEAST_FAILURES:
        if not service.switch_off(endpoint, Endpoint.Why.FAILING):
            return
        switched_off = Endpoint.Why.FAILING
    if switched_off or (failing_for >= TOLD_AFTER and _is_first_to_tell(endpoint)):
        _write(endpoint, switched_off)


def _is_first_to_tell(endpoint: Endpoint) -> bool:
    """Whether no letter was written within a day. Of several deliveries that fail at once, one gets True."""
    is_due = Q(told_of_failure_at=None) | Q(told_of_failure_at__lt=Now() - TOLD_AGAIN_AFTER)
    return bool(Endpoint.objects.filter(is_due, pk=endpoint.pk).update(told_of_failure_at=Now()))


def _write(endpoint: Endpoint, switched_off: str) -> None:
    if not endpoint.user.email:
        return
    context = {"endpoint": endpoint, "switched_off": switched_off}
    subject, _, text = render_to_string("outbox/webhook_fails.txt", context).partition("\n")
    Letter(subject, text.strip() + "\n", to=[endpoint.user.email], user=endpoint.user_id, kind="webhook_fails").send()
