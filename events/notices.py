"""Writing notifications, in the same transaction as what they are about."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from conversion.money import Money

from .kinds import NoticeKind
from .models import Notification


def tell(user: int | None, kind: NoticeKind, *, actor: int | None, amount: Money, subject: UUID) -> None:
    """Writes one notification for `user` (an id). The owner of a system wallet is None and gets no notification.

    `actor` is the id of the person who did it. `subject` is the reference of what happened.
    """
    if user is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO events_notification (user_id, kind, actor_id, amount_minor, currency_code, subject)
               VALUES (%s, %s, %s, %s, %s, %s)""",
            [user, kind, actor, amount.minor, amount.code, str(subject)],
        )


def tell_many(received: Iterable[tuple[UUID, int | None, Money]], kind: NoticeKind, *, actor: int) -> None:
    """Writes a notification for each (subject, user, amount) in one statement, except where the user is None."""
    Notification.objects.bulk_create(
        Notification(
            user_id=user,
            kind=kind,
            actor_id=actor,
            amount_minor=amount.minor,
            currency_code=amount.code,
            subject=subject,
        )
        for subject, user, amount in received
        if user is not None
    )
