"""Writing notifications, in the same transaction as what they are about."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now

from conversion.money import Money

from .kinds import NoticeKind
from .models import Notification


def tell(
    user: int | None,
    kind: NoticeKind,
    *,
    actor: int | None,
    amount: Money | None = None,
    subject: UUID | None = None,
    mail: bool = True,
) -> None:
    """Writes one notification for `user` (an id). The owner of a system wallet is None and gets no notification.

    `actor` is the id of the person who did it. `amount` is None where no money moved. `subject` is the reference of
    what happened, None for a kind whose page has no subject. `mail` is false where the caller writes the letter itself;
    otherwise the messenger writes it, if the kind has one (`outbox/letters/service.py`).
    """
    if user is None:
        return
    minor, code = (None, None) if amount is None else (amount.minor, amount.code)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO events_notification
                      (user_id, kind, actor_id, amount_minor, currency_code, subject, mail_due_at)
               VALUES (%s, %s, %s, %s, %s, %s, CASE WHEN %s THEN statement_timestamp() END)""",
            [user, kind, actor, minor, code, subject and str(subject), mail and kind.is_mailed],
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
            mail_due_at=Now() if kind.is_mailed else None,
        )
        for subject, user, amount in received
        if user is not None
    )
