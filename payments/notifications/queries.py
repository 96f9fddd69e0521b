"""What a member was told, with what it is about."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Model

from accounts.models import User
from events.models import Notification
from ledger.models import Hold, Transfer


@dataclass(frozen=True, slots=True)
class Told:
    """A notification, and the reference of the transfer or the hold it is about, if it is about one."""

    notification: Notification
    transfer: UUID | None
    hold: UUID | None


def notifications_of(user: User, limit: int = 50) -> list[Told]:
    """The newest first."""
    found = list(Notification.objects.filter(user=user).select_related("actor").order_by("-id")[:limit])
    transfers = _references(Transfer, [each.transfer_id for each in found])
    holds = _references(Hold, [each.hold_id for each in found])
    return [Told(each, transfers.get(each.transfer_id), holds.get(each.hold_id)) for each in found]


def unread_notifications(user: User) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM events_notification WHERE user_id = %s AND read_at IS NULL", [user.pk])
        return cursor.fetchone()[0]


def _references(model: type[Model], ids: list[int | None]) -> dict[int | None, UUID]:
    wanted = {id for id in ids if id is not None}
    return dict(model._default_manager.filter(pk__in=wanted).values_list("pk", "reference")) if wanted else {}
