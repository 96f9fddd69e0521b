from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet, prefetch_related_objects

from accounts.models import User
from conversion.errors import NotFound
from ledger.prepared import PreparedModels

from .models import PaymentRequest

_OPEN_REQUESTS = PreparedModels(
    "open_requests", PaymentRequest, "WHERE payer_id = $1 AND status = 'open' ORDER BY id DESC LIMIT $2"
)


def request_for(user: User, reference: UUID) -> PaymentRequest:
    """Returns a request that the user made or received, by its reference. Raises NotFound."""
    found = _requests().filter(Q(payer=user) | Q(requester=user), reference=reference).first()
    if found is None:
        raise NotFound
    return found


def requests_to(user: User) -> QuerySet[PaymentRequest]:
    """Returns the requests that the user is asked to pay, the newest first."""
    return _requests().filter(payer=user).order_by("-id")


def requests_by(user: User) -> QuerySet[PaymentRequest]:
    """Returns the requests that the user made, the newest first."""
    return _requests().filter(requester=user).order_by("-id")


def open_requests_to(user: User, *, limit: int) -> list[PaymentRequest]:
    """Returns the newest open requests that the user is asked to pay."""
    found = _OPEN_REQUESTS.all(user.pk, limit)
    prefetch_related_objects(found, "requester", "wallet")
    return found


def _requests() -> QuerySet[PaymentRequest]:
    return PaymentRequest.objects.select_related("payer", "requester", "wallet", "transfer")
