"""Telling members what happened, in the transaction in which it happened."""

from __future__ import annotations

from django.db.models.functions import Now

from conversion.money import Money
from payments.models import Notification


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
    if user is not None:
        Notification.objects.create(
            user_id=user,
            kind=kind,
            actor_id=actor,
            amount_minor=amount.minor,
            currency_code=amount.code,
            transfer_id=transfer,
            payment_request_id=payment_request,
            hold_id=hold,
        )


def mark_all_read(user) -> None:
    Notification.objects.filter(user=user, read_at=None).update(read_at=Now())
