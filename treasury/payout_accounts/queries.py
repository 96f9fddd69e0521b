"""The payout accounts of a member."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from conversion.errors import NotFound

from .errors import PayoutAccountUnknown
from .models import PayoutAccount


def accounts_of(user: User) -> QuerySet[PayoutAccount]:
    """The member's payout accounts without removed ones, the newest first."""
    return PayoutAccount.objects.filter(user=user, removed_at__isnull=True).order_by("-id")


def account_of(user: User, reference: UUID) -> PayoutAccount:
    """The member's payout account with this id, also if it was removed. Raises NotFound."""
    if (found := PayoutAccount.objects.filter(user=user, reference=reference).first()) is None:
        raise NotFound
    return found


def account_to_use(user: User, reference: UUID) -> PayoutAccount:
    """The member's payout account with this id. Raises PayoutAccountUnknown, also for one that was removed."""
    if (found := accounts_of(user).filter(reference=reference).first()) is None:
        raise PayoutAccountUnknown
    return found
