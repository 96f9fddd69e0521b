"""Sending deliveries: sixteen threads post, and one thread claims what is due and stores what came of it.

An endpoint has at most four deliveries in flight, so one that hangs does not delay the others.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial

from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from outbox.attempts import Queue
from outbox.events.documents import event_id

from . import service
from .errors import BeingSent, EndpointIsOff
from .failing import tell_of_failure
from .models import Delivery, Endpoint
from .post import Result, post
from .signing import decrypted, signature

THREADS = 16
MOST_PER_ENDPOINT = 4
MINUTE_S, HOUR_S = 60.0, 3600.0
LONGEST_RETRY_AFTER_S = HOUR_S
USER_AGENT = "Purse-Webhooks/1"

DELIVERIES = Queue(
    Delivery,
    # Eleven attempts within three and a half days.
    waits_s=(5, MINUTE_S, 5 * MINUTE_S, 30 * MINUTE_S, *(hours * HOUR_S for hours in (2, 5, 10, 14, 20, 24))),
    among=f"""SELECT d.id FROM outbox_endpoint e CROSS JOIN LATERAL (
                  SELECT w.id FROM outbox_delivery w
                   WHERE w.endpoint_id = e.id AND w.sent_at IS NULL AND w.dead_at IS NULL
                     AND w.due_at <= statement_timestamp()
                     AND (w.lease_until IS NULL OR w.lease_until <= statement_timestamp())
                   ORDER BY w.due_at
                   LIMIT greatest(0, {MOST_PER_ENDPOINT} - (
                       SELECT count(*) FROM outbox_delivery f
                        WHERE f.endpoint_id = e.id AND f.sent_at IS NULL AND f.dead_at IS NULL
                          AND f.lease_until > statement_timestamp()))) d
              WHERE e.switched_off = ''""",  # noqa: S608 - nothing but a constant of this module is put in
)


class Dispatcher:
    """Keeps deliveries in flight until none is due, or `stopped` is set. What is in flight is always finished."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(THREADS, thread_name_prefix="webhook")
        self.in_flight: dict[Future[Result], Delivery] = {}

    def send_due(self, stopped: threading.Event) -> bool:
        """Returns whether there was anything to do."""
        was_busy = False
        while True:
            claimed = [] if stopped.is_set() else DELIVERIES.claim(THREADS - len(self.in_flight))
            for delivery in with_their_endpoints(claimed):
                self.in_flight[self.pool.submit(request_of(delivery))] = delivery
            if not self.in_flight:
                return was_busy
            was_busy = True
            # A short wait, since something for another endpoint may become due.
            done, _ = wait(self.in_flight, timeout=0.05, return_when=FIRST_COMPLETED)
            for future in done:
                store(self.in_flight.pop(future), future.result())


def with_their_endpoints(claimed: list[Delivery]) -> Iterable[Delivery]:
    found = Delivery.objects.select_related("message", "endpoint").in_bulk([delivery.pk for delivery in claimed])
    for delivery in claimed:
        if (full := found.get(delivery.pk)) is not None:  # the endpoint may have been deleted meanwhile
            delivery.message, delivery.endpoint = full.message, full.endpoint
            yield delivery


def request_of(delivery: Delivery) -> partial[Result]:
    """The call that posts the delivery. It touches no database, so that it can run in a thread of the pool."""
    body, message_id = delivery.message.body.encode(), event_id(delivery.message.reference)
    timestamp = int(time.time())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "Connection": "close",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(message_id, timestamp, body, secrets_of(delivery.endpoint)),
    }
    return partial(post, delivery.endpoint.url, body, headers)


def secrets_of(endpoint: Endpoint) -> list[str]:
    stored = [endpoint.secret]
    if endpoint.old_secret and endpoint.old_secret_until and endpoint.old_secret_until > timezone.now():
        stored.append(endpoint.old_secret)
    return [decrypted(secret) for secret in stored]


def store(delivery: Delivery, result: Result) -> None:
    """Stores what came of an attempt, for the delivery and for its endpoint."""
    Delivery.objects.filter(pk=delivery.pk).update(
        last_status=result.status, last_ms=result.ms, last_reply=result.reply
    )
    if result.is_success:
        DELIVERIES.sent(delivery)
        service.has_succeeded(delivery.endpoint)
        return
    error = result.error or f"status {result.status}"
    if result.status == 410:
        DELIVERIES.given_up(delivery, error)
        if service.switch_off(delivery.endpoint, Endpoint.Why.GONE):
            tell_of_failure(delivery.endpoint, Endpoint.Why.GONE)
        return
    wait_s = min(result.retry_after_s or 0.0, LONGEST_RETRY_AFTER_S) if result.status in (429, 503) else 0.0
    DELIVERIES.failed(delivery, error, at_least_s=wait_s)
    tell_of_failure(service.has_failed(delivery.endpoint))


def send_again(delivery: Delivery) -> None:
    """Makes the delivery due at once, also one that was sent or given up. The event keeps its id.

    Raises EndpointIsOff, BeingSent.
    """
    if not delivery.endpoint.is_on:
        raise EndpointIsOff
    not_leased = Q(lease_until=None) | Q(lease_until__lte=Now())
    again = {"due_at": Now(), "sent_at": None, "dead_at": None, "attempts": 0}
    if not Delivery.objects.filter(not_leased, pk=delivery.pk).update(**again):
        raise BeingSent


def send_all_failed_again(endpoint: Endpoint) -> int:
    """Makes everything due at once that was not delivered. Returns how many. Raises EndpointIsOff."""
    if not endpoint.is_on:
        raise EndpointIsOff
    return DELIVERIES.try_again("endpoint_id = %s", endpoint.pk)
