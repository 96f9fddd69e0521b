"""The seeded bugs of events, webhooks and the queues that are sent in attempts.

The web role cannot write events at all, so the first two bugs also give it that right: by Python alone they cannot be
made.
"""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.core.cache import cache
from django.db import connection, connections

from ledger.models import Transfer
from ledger.posting import Instruction, Posting
from outbox.events import service as events
from outbox.mail import service as mail
from outbox.webhooks import guard, post, sending
from payments.transfers import service as transfers

from .planting import Bug, all_of, in_sql, patched

EVENTS, WEBHOOKS, GUARD = (f"tests.outbox.test_{name}" for name in ("events", "webhooks", "guard"))

# Payments are left out by the trigger, and the web role may write their events.
NOT_BY_THE_DATABASE = in_sql(
    (
        "WHEN (NEW.outcome = 'booked') EXECUTE FUNCTION ledger_tell_of_transfer",
        "WHEN (NEW.outcome = 'booked' AND NEW.kind <> 'payment') EXECUTE FUNCTION ledger_tell_of_transfer",
    ),
    and_then="GRANT INSERT ON events_event TO wallet_web",
)


def _write_event(reference: UUID, wallets: Sequence[int], using: Any) -> None:
    with using.cursor() as cursor:
        cursor.execute(
            """INSERT INTO events_event (kind, subject, users)
               SELECT 'transfer.booked', %s, array_agg(user_id) FROM events_listener
                WHERE user_id IN (SELECT owner_id FROM ledger_wallet WHERE id = ANY (%s)) HAVING count(*) > 0""",
            [str(reference), list(wallets)],
        )


def _after_commit(right: Any) -> Any:
    def in_one_transaction(decide: Any, **options: Any) -> Any:
        posting = right(decide, **options)
        if isinstance(posting, Posting) and posting.is_new:
            transfer = Transfer.objects.get(pk=posting.transfer_id)
            if transfer.kind == "payment":
                _write_event(transfer.reference, [transfer.source_id, transfer.target_id], connection)
        return posting

    return in_one_transaction


def _in_another_transaction(right: Any) -> Any:
    def booked(instruction: Instruction, **about: Any) -> Posting:
        posting: Posting = right(instruction, **about)
        if posting.is_new and instruction.kind == "payment":
            ends = instruction.legs[0].source, instruction.legs[-1].target
            with contextlib.closing(connections.create_connection("default")) as other:
                _write_event(posting.reference, ends, other)
        return posting

    return booked


def _after_the_last_id(right: Any) -> Any:
    """Remembers how far it has read. The cache is in the test's own database."""

    def taken(limit: int, *, of: int | None = None) -> Any:
        last = cache.get("read up to", 0)
        found = [event for event in right(limit, of=of) if event.pk > last]
        if found:
            cache.set("read up to", found[-1].pk, None)
        return found

    return taken


def _leased_for(seconds: float) -> Any:
    return lambda right: replace(right, lease_s=seconds)


def _of_json_written_anew(right: Any) -> Any:
    def signature(message_id: str, timestamp: int, body: bytes, among: Any) -> str:
        return right(message_id, timestamp, json.dumps(json.loads(body)).encode(), among)

    return signature


def _only_resolved(right: Any) -> Any:
    def target_of(url: str) -> guard.Target:
        parts = urlsplit(url)
        port = parts.port or (80 if parts.scheme == "http" else 443)
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
        return guard.Target(parts.scheme, str(parts.hostname), port, parts.path or "/", str(found[0][4][0]))

    return target_of


def _following(right: Any) -> Any:
    def getresponse(self: Any) -> Any:
        answer = right(self)
        if answer.status in (301, 302, 307, 308) and answer.headers.get("Location"):
            others = post._Pinned(guard.target_of(answer.headers["Location"]), self.end)
            others.connect()
            others.request("POST", others.target.path, b"{}", {})
            return right(others)
        return answer

    return getresponse


BUGS: dict[str, Bug] = {
    "event_after_commit": Bug(
        "an event is written after the commit",
        all_of(NOT_BY_THE_DATABASE, patched(transfers, "in_one_transaction", _after_commit)),
        (EVENTS,),
    ),
    "event_in_another_transaction": Bug(
        "an event has a transaction of its own",
        all_of(NOT_BY_THE_DATABASE, patched(transfers, "post", _in_another_transaction)),
        (EVENTS,),
    ),
    "events_after_the_last_id": Bug(
        "events are read after the last id, and not as a queue",
        patched(events, "_taken", _after_the_last_id),
        (EVENTS,),
    ),
    "webhook_lease_too_short": Bug(
        "a delivery is leased for a shorter time than an attempt may take",
        patched(sending, "DELIVERIES", _leased_for(5.0)),
        (WEBHOOKS,),
    ),
    "mail_lease_too_short": Bug(
        "a letter is leased for a shorter time than sending it may take",
        patched(mail, "MAILS", _leased_for(5.0)),
        ("tests.outbox.test_sending",),
    ),
    "webhook_id_per_attempt": Bug(
        "each attempt has an id of its own",
        patched(sending, "event_id", lambda right: lambda reference: right(uuid4())),
        (WEBHOOKS,),
    ),
    "signature_over_other_bytes": Bug(
        "JSON that was written anew is signed, and not the bytes that are sent",
        patched(sending, "signature", _of_json_written_anew),
        (WEBHOOKS,),
    ),
    "guard_at_saving_only": Bug(
        "an address is checked when a webhook is saved, and not at each attempt",
        patched(post, "target_of", _only_resolved),
        (GUARD,),
    ),
    "redirects_followed": Bug("a redirect is followed", patched(post._Pinned, "getresponse", _following), (WEBHOOKS,)),
    "is_global_alone": Bug(
        "Python's is_global alone says which addresses are public",
        patched(guard, "is_public", lambda right: lambda address: address.is_global),
        (GUARD,),
    ),
}
