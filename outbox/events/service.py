"""Telling events to the listeners: each event becomes a message for each of them, once.

Events are a queue and not a log that is read by position: a reader "after the last id" would miss what commits late.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from django.db import connection, transaction
from django.db.models.functions import Now

from events.models import Event
from events.types import Telling, known_happenings

from .documents import body_of

log = logging.getLogger(__name__)

AT_ONCE = 500  # events in one transaction
LINE = 0x45564E54  # "EVNT" in ASCII: the advisory lock of whoever tells events


Deliver = Callable[[Sequence[int]], object]


def tell_events(deliver: Deliver = lambda _messages: None) -> int:
    """Tells up to AT_ONCE waiting events. Returns how many.

    `deliver` gets the ids of the new messages inside the transaction, to store where they are to be sent. An event that
    cannot be told is marked as failed and logged, and the others go on.
    """
    waiting = Event.objects.filter(failed_at=None).order_by("id")
    if not waiting.exists():
        return 0
    try:
        with transaction.atomic():
            return _tell(_taken(AT_ONCE), deliver)
    except Exception:
        log.exception("events could not be told together; each is tried by itself")
    told = 0
    for event in waiting.all()[:AT_ONCE]:
        try:
            with transaction.atomic():
                told += _tell(_taken(1, of=event.pk), deliver)
        except Exception:
            log.exception("the event %s could not be told", event)
            Event.objects.filter(pk=event.pk).update(failed_at=Now())
    return told


def try_failed_again() -> int:
    """Puts failed events back into the queue: a newer version of this program may be able to tell them."""
    return Event.objects.exclude(failed_at=None).update(failed_at=None)


def _taken(limit: int, *, of: int | None = None) -> list[Event]:
    """Takes the oldest waiting events out of the queue.

    One transaction at a time does it, so that the order of the messages is that of the events as they were seen.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LINE])
    events = Event.objects.raw(
        """DELETE FROM events_event WHERE id IN (
               SELECT id FROM events_event WHERE failed_at IS NULL AND (%s::bigint IS NULL OR id = %s)
                ORDER BY id LIMIT %s)
           RETURNING *""",
        [of, of, limit],
    )
    return sorted(events, key=lambda event: event.pk)


def _tell(events: list[Event], deliver: Deliver) -> int:
    if not events:
        return 0
    tellings = sorted(_tellings(events), key=lambda telling: (telling.event.pk, telling.user))
    next_seq = _numbers(Counter(telling.user for telling in tellings))
    deliver(_stored([_row(telling, next(next_seq[telling.user])) for telling in tellings]))
    return len(events)


def _tellings(events: Iterable[Event]) -> Iterator[Telling]:
    of_kind: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        of_kind[event.kind].append(event)
    for kind, same in of_kind.items():
        yield from known_happenings[kind].tell(same)


def _numbers(wanted: Counter[int]) -> dict[int, Iterator[int]]:
    """The next numbers of each listener: as many as are `wanted`. The rows stay locked until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE events_listener l SET last_seq = l.last_seq + wanted.n
                 FROM unnest(%s::bigint[], %s::bigint[]) AS wanted (user_id, n)
                WHERE l.user_id = wanted.user_id RETURNING l.user_id, l.last_seq""",
            [list(wanted), list(wanted.values())],
        )
        return {user: iter(range(last - wanted[user] + 1, last + 1)) for user, last in cursor.fetchall()}


def _row(telling: Telling, seq: int) -> tuple[str, int, int, str, str]:
    return str(telling.event.reference), telling.user, seq, telling.type.code, body_of(telling, seq)


def _stored(rows: list[tuple[str, int, int, str, str]]) -> list[int]:
    """Stores the messages and returns their ids. Django's bulk_create spends more time on it than all else here."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO outbox_message (reference, user_id, seq, type, body)
               SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::text[], %s::text[]) RETURNING id""",
            [list(column) for column in zip(*rows, strict=True)],
        )
        return [message for (message,) in cursor.fetchall()]
