"""Listeners: people whose programs hear of events. Events of people who do not listen are not written."""

from __future__ import annotations

from .models import Listener


def listen(user: int) -> None:
    """From now on, events of this user (an id) are written. A second call changes nothing."""
    Listener.objects.bulk_create([Listener(user_id=user)], ignore_conflicts=True)
