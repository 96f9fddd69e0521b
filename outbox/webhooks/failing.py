"""Endpoints that keep failing: their owners are told after an hour, and after five days they are switched off."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from events.notices import tell

from . import service
from .kinds import WEBHOOK_FAILS, WEBHOOK_OFF
from .models import Endpoint

TOLD_AFTER = dt.timedelta(hours=1)
TOLD_AGAIN_AFTER = dt.timedelta(days=1)
OFF_AFTER, LEAST_FAILURES = dt.timedelta(days=5), 20


def tell_of_failure(endpoint: Endpoint, switched_off: str = "") -> None:
    """Tells the owner if it is time for that, and switches the endpoint off if it failed for too long."""
    failing_for = timezone.now() - endpoint.failing_since if endpoint.failing_since else dt.timedelta(0)
    if not switched_off and failing_for >= OFF_AFTER and endpoint.failures >= LEAST_FAILURES:
        if not service.switch_off(endpoint, Endpoint.Why.FAILING):
            return
        switched_off = Endpoint.Why.FAILING
    if switched_off or (failing_for >= TOLD_AFTER and _is_first_to_tell(endpoint)):
        kind = WEBHOOK_OFF if switched_off else WEBHOOK_FAILS
        tell(endpoint.user_id, kind, actor=None, subject=endpoint.reference)


def _is_first_to_tell(endpoint: Endpoint) -> bool:
    """Whether the owner was not told within a day. Of several deliveries that fail at once, one gets True."""
    is_due = Q(told_of_failure_at=None) | Q(told_of_failure_at__lt=Now() - TOLD_AGAIN_AFTER)
    return bool(Endpoint.objects.filter(is_due, pk=endpoint.pk).update(told_of_failure_at=Now()))
