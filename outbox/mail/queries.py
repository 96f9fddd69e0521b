"""What staff and monitoring see of the letters: never what is in them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Max, Min, Q
from django.db.models.functions import Now

from accounts.models import User
from events.models import IS_OPEN, Mail
from ledger.timestamps import database_now

from .models import Bouncing

DAY = dt.timedelta(days=1)
SHOWN = ("reference", "kind", "subject", "address", "created_at", "due_at", "attempts", "last_error", "dead_at")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many letters wait, of these how many were tried in vain, were sent within a day, and are kept as dead."""

    waiting: int
    tried: int
    sent: int
    dead: int


def counts() -> Counts:
    return Counts(
        **Mail.objects.aggregate(
            waiting=Count("pk", filter=IS_OPEN),
            tried=Count("pk", filter=IS_OPEN & Q(attempts__gt=0)),
            sent=Count("pk", filter=Q(sent_at__gt=Now() - DAY)),
            dead=Count("pk", filter=Q(dead_at__isnull=False)),
        )
    )


def oldest_wait_s() -> float:
    """How long the oldest letter waits that should have been sent by now, in seconds; 0 if there is none."""
    should_be_sent = Q(attempts__gt=0) | Q(due_at__lte=Now())
    written_at = Mail.objects.filter(IS_OPEN & should_be_sent).aggregate(at=Min("created_at"))["at"]
    return (database_now() - written_at).total_seconds() if written_at else 0.0


def dead_since_the_last_sent() -> int:
    """How many letters were given up since one was sent."""
    last_sent_at = Mail.objects.filter(sent_at__isnull=False).aggregate(at=Max("sent_at"))["at"]
    dead = Mail.objects.filter(dead_at__isnull=False)
    return dead.filter(dead_at__gt=last_sent_at).count() if last_sent_at else dead.count()


def in_trouble(most: int) -> list[Mail]:
    """Letters that wait with an error, the oldest first."""
    waiting = Mail.objects.filter(IS_OPEN).exclude(last_error="")
    return list(waiting.only(*SHOWN).order_by("created_at")[:most])


def dead(most: int) -> list[Mail]:
    """Letters that were given up, the newest first. `is_erased` says of each that it cannot be tried again."""
    found = Mail.objects.filter(dead_at__isnull=False).annotate(is_erased=Q(text="", html=""))
    return list(found.only(*SHOWN).order_by("-dead_at")[:most])


def bounces(user: User) -> bool:
    """Whether the person's confirmed address takes no letters."""
    return Bouncing.objects.filter(user=user, address=user.email).exists()


def masked(address: str) -> str:
    """The address, so that its owner recognises it and nobody else can use it: "b…@example.org"."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}…@{domain}"
