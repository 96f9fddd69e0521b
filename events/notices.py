"""Telling members what happened, in the transaction in which it happened."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from conversion.money import Money

from .kinds import NoticeKind
from .models import Notification


def tell(user: int | None, kind: NoticeKind, *, actor: int | None, amount: Money, subject: UUID) -> None:
    """Writes one row for `user`; the system (None) is not told. `subject` is the reference of what it is about."""
    if user is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO events_notification (user_id, kind, actor_id, amount_minor, currency_code, subject)
               VALUES (%s, %s, %s, %s, %s, %s)""",
            [user, kind, actor, amount.minor, amount.code, str(subject)],
        )


def tell_many(received: Iterable[tuple[UUID, int | None, Money]], kind: NoticeKind, *, actor: int) -> None:
    """The same to many at once: (subject, whom, how much) for each."""
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
