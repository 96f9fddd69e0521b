"""Who waits for approval, and which invitations there are: for administrators."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from conversion.errors import NotFound

from .models import Application, Invitation

OPEN = Q(used_at=None, revoked_at=None, expires_at__gt=Now())


def waiting() -> QuerySet[Application]:
    """The applications that nobody has decided about, the oldest first."""
    return Application.objects.filter(decided_at=None).select_related("user").order_by("asked_at")


def count_waiting() -> int:
    """How many wait, for staff's menu. Without a query where SIGN_UP lets nobody wait."""
    if settings.SIGN_UP != "approval":
        return 0
    return Application.objects.filter(decided_at=None).count()


def application(reference: UUID) -> Application:
    """Raises NotFound."""
    found = Application.objects.filter(reference=reference).select_related("user").first()
    if found is None:
        raise NotFound
    return found


def open_invitations() -> QuerySet[Invitation]:
    """The invitations that can still be used, the newest first."""
    return Invitation.objects.filter(OPEN).select_related("made_by").order_by("-pk")


def past_invitations() -> QuerySet[Invitation]:
    """The invitations that were used or revoked or have expired, the newest first."""
    return Invitation.objects.exclude(OPEN).select_related("made_by", "used_by").order_by("-pk")
