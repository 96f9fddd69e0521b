"""The accounts that nobody has claimed yet: for staff."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import QuerySet

from conversion.errors import NotFound

from .models import Claim


def open_claims() -> QuerySet[Claim]:
    """Those whose card still works, in the order of usernames."""
    still = Claim.objects.filter(claimed_at=None, user__password__startswith=UNUSABLE_PASSWORD_PREFIX)
    return still.select_related("user", "printed_by").order_by("user__username")


def claim_with(reference: UUID) -> Claim:
    """Raises NotFound."""
    found = Claim.objects.filter(reference=reference).first()
    if found is None:
        raise NotFound
    return found
