"""Compares what listeners were told with what happened. Each violation is one line of text.

What happened is in the ledger's tables, and what was told in the messages: each transfer, each beginning and end of a
hold, once for each of its people who listens.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import connection

from outbox.events.documents import event_id
from outbox.models import Endpoint, Message
from web.deadlines import longer_deadlines

PATIENCE_S = 600.0
MOST_SHOWN = 20

HAPPENED = """
    SELECT l.user_id, t.reference, 'transfer' AS what
      FROM ledger_transfer t JOIN ledger_wallet w ON w.id IN (t.source_id, t.target_id)
      JOIN events_listener l ON l.user_id = w.owner_id
     WHERE t.outcome = 'booked' AND t.booked_at > %(since)s
     UNION ALL
    SELECT l.user_id, h.reference, 'hold.' || each.status
      FROM ledger_hold h JOIN ledger_wallet w ON w.id IN (h.source_id, h.target_id)
      JOIN events_listener l ON l.user_id = w.owner_id
      CROSS JOIN LATERAL (VALUES ('placed'), (NULLIF(h.status, 'open'))) AS each (status)
     WHERE h.status <> 'declined' AND each.status IS NOT NULL AND h.placed_at > %(since)s"""
TOLD = """
    SELECT user_id, (body::jsonb -> 'data' ->> 'id')::uuid,
           CASE WHEN type LIKE 'transfer.%%' THEN 'transfer' ELSE type END
      FROM outbox_message WHERE type LIKE 'transfer.%%' OR type LIKE 'hold.%%'"""
GAPS = """
    SELECT l.user_id FROM events_listener l LEFT JOIN outbox_message m ON m.user_id = l.user_id
     GROUP BY l.user_id, l.last_seq
    HAVING count(m.id) <> l.last_seq OR coalesce(max(m.seq), 0) <> l.last_seq"""


def now() -> dt.datetime:
    """By the database's clock. An id would not do: a session that took some earlier may still use lower ones."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def violations(since: dt.datetime) -> list[str]:
    """What was lost, invented, told twice, or numbered with a gap. `since`: `now()` before anybody listened."""
    found = []
    with longer_deadlines(PATIENCE_S), connection.cursor() as cursor:
        for name, one, other in (("lost", HAPPENED, TOLD), ("invented or told twice", TOLD, HAPPENED)):
            cursor.execute(f"({one}) EXCEPT ALL ({other}) LIMIT {MOST_SHOWN}", {"since": since})
            found += [f"{name}: {what} {reference} for {user}" for user, reference, what in cursor.fetchall()]
        cursor.execute(GAPS)
        found += [f"the numbers of {user} have a gap" for (user,) in cursor.fetchall()]
    return found


def undelivered(endpoint: Endpoint, came: Mapping[str, Sequence[bytes]]) -> list[str]:
    """What the endpoint's receiver did not get, or got in another form. `came` has the bodies of each id."""
    with longer_deadlines(PATIENCE_S):
        messages = Message.objects.filter(user=endpoint.user_id).values_list("reference", "body")
        expected = {event_id(reference): body.encode() for reference, body in messages}
    found = [f"never arrived: {each}" for each in expected.keys() - came.keys()]
    found += [f"arrived and was never told: {each}" for each in came.keys() - expected.keys()]
    for each in expected.keys() & came.keys():
        if set(came[each]) != {expected[each]}:
            found.append(f"arrived in another form: {each}")
    return found[:MOST_SHOWN]
