from __future__ import annotations

from uuid import UUID

from django.db.models import Min, QuerySet
from django.db.models.functions import Now

from accounts.models import User
from conversion.errors import NotFound
from events.models import IS_OPEN
from ledger.timestamps import database_now

from .models import Delivery, Endpoint


def endpoints_of(user: User) -> QuerySet[Endpoint]:
    """Returns the user's endpoints, the oldest first."""
    return Endpoint.objects.filter(user=user).order_by("id")


def endpoint_for(user: User, reference: UUID) -> Endpoint:
    """Returns the user's own endpoint. Raises NotFound."""
    found = endpoints_of(user).filter(reference=reference).first()
    if found is None:
        raise NotFound
    return found


def deliveries_of(endpoint: Endpoint) -> QuerySet[Delivery]:
    """Returns the deliveries to the endpoint, the newest first."""
    return Delivery.objects.filter(endpoint=endpoint).select_related("message").order_by("-id")


def delivery_for(user: User, reference: UUID) -> Delivery:
    """Returns a delivery to one of the user's own endpoints. Raises NotFound."""
    found = Delivery.objects.select_related("message", "endpoint")
    try:
        return found.get(endpoint__user=user, reference=reference)
    except Delivery.DoesNotExist as error:
        raise NotFound from error


def oldest_wait_s() -> float:
    """How long ago the oldest delivery that waits was due, in seconds; 0 if none is due."""
    due = Delivery.objects.filter(IS_OPEN, due_at__lte=Now(), lease_until=None, endpoint__switched_off="")
    since = due.aggregate(at=Min("due_at"))["at"]
    return (database_now() - since).total_seconds() if since else 0.0
