"""Telling members what happened, in the transaction in which it happened."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from conversion.money import Money

from .models import Notification


def tell(
    user: int | None,
    kind: str,
    *,
    actor: int | None,
    amount: Money,
    transfer: int | None = None,
    payment_request: int | None = None,
    hold: int | None = None,
) -> None:
    """Writes one row for `user`; the house (None) is not told."""
    if user is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO events_notification
                      (user_id, kind, actor_id, amount_minor, currency_code, transfer_id, payment_request_id, hold_id)
               VALUES (%s, %s, %s, %s, %s, %s, %s, %s)""",
            [user, kind, actor, amount.minor, amount.code, transfer, payment_request, hold],
        )


def tell_payees(received: Iterable[tuple[int, int | None, Money]], *, actor: int) -> None:
    """Many at once that they were paid: (transfer, whom, how much) for each."""
    Notification.objects.bulk_create(
        Notification(
            user_id=user,
            kind=Notification.Kind.RECEIVED,
            actor_id=actor,
            amount_minor=amount.minor,
            currency_code=amount.code,
            transfer_id=transfer,
        )
        for transfer, user, amount in received
        if user is not None
    )
