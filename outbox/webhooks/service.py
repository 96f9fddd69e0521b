"""Endpoints: making them, changing their secrets, switching them on and off, and what each delivery means for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from accounts.models import User
from events.listeners import listen
from events.models import Listener
from events.notices import tell

from .errors import EndpointIsOff, TooManyEndpoints
from .guard import target_of
from .kinds import ADDRESS_MOVED, SECRET_ROLLED, WEBHOOK_MADE
from .models import Endpoint
from .signing import encrypted, new_secret

MOST_ENDPOINTS = 10
BOTH_SECRETS_FOR = dt.timedelta(hours=24)


def create_endpoint(
    *, user: User, url: str, types: Collection[str] = (), description: str = ""
) -> tuple[Endpoint, str]:
    """Stores an endpoint. Returns it with its secret, which is shown once. Its owner listens from now on.

    Raises AddressNotAllowed, TooManyEndpoints.
    """
    target_of(url)
    secret = new_secret()
    listen(user.pk)
    with transaction.atomic():
        Listener.objects.select_for_update().get(user=user)  # so that two requests at once do not pass the limit
        if Endpoint.objects.filter(user=user).count() >= MOST_ENDPOINTS:
            raise TooManyEndpoints
        endpoint = Endpoint.objects.create(
            user=user, url=url, types=sorted(types), description=description, secret=encrypted(secret)
        )
        tell(user.pk, WEBHOOK_MADE, actor=user.pk, subject=endpoint.reference)
    return endpoint, secret


def change_endpoint(endpoint: Endpoint, *, url: str, types: Collection[str], description: str) -> None:
    """Raises AddressNotAllowed."""
    target_of(url)
    moved = url != endpoint.url
    endpoint.url, endpoint.types, endpoint.description = url, sorted(types), description
    with transaction.atomic():
        endpoint.save(update_fields=["url", "types", "description"])
        if moved:
            tell(endpoint.user_id, ADDRESS_MOVED, actor=endpoint.user_id, subject=endpoint.reference)


def roll_secret(endpoint: Endpoint, *, at_once: bool = False) -> str:
    """Gives the endpoint a new secret, and returns it. The old one signs along for a day, or ends `at_once`."""
    secret = new_secret()
    endpoint.old_secret = "" if at_once else endpoint.secret
    endpoint.secret = encrypted(secret)
    with transaction.atomic():
        Endpoint.objects.filter(pk=endpoint.pk).update(
            secret=endpoint.secret,
            old_secret=endpoint.old_secret,
            old_secret_until=None if at_once else Now() + BOTH_SECRETS_FOR,
        )
        tell(endpoint.user_id, SECRET_ROLLED, actor=endpoint.user_id, subject=endpoint.reference)
    return secret


def switch_off(endpoint: Endpoint, why: str) -> bool:
    """Sends nothing more to the endpoint; what waits stays. Returns False if it was off before."""
    return bool(Endpoint.objects.filter(pk=endpoint.pk, switched_off="").update(switched_off=why))


def switch_on(endpoint: Endpoint) -> None:
    """Sends to the endpoint again, as if it had never failed."""
    Endpoint.objects.filter(pk=endpoint.pk).update(
        switched_off="", failing_since=None, failures=0, told_of_failure_at=None
    )


def ping(endpoint: Endpoint) -> None:
    """Makes an event `ping`, which is sent to this endpoint alone. Raises EndpointIsOff."""
    if not Endpoint.objects.filter(pk=endpoint.pk, switched_off="").update(pinged_at=Now()):
        raise EndpointIsOff


def plan_deliveries(messages: Sequence[int]) -> None:
    """Plans a delivery of each message to each endpoint of its listener that hears of its type.

    It runs in the transaction that stores the messages, so that none of them is forgotten.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO outbox_delivery (reference, message_id, endpoint_id)
               SELECT gen_random_uuid(), m.id, e.id
                 FROM outbox_message m JOIN outbox_endpoint e ON e.user_id = m.user_id
                WHERE m.id = ANY (%s) AND e.switched_off = ''
                  AND CASE WHEN m.type = 'ping' THEN e.reference = (m.body::jsonb -> 'data' ->> 'webhook')::uuid
                           ELSE cardinality(e.types) = 0 OR m.type = ANY (e.types) END""",
            [list(messages)],
        )


def has_succeeded(endpoint: Endpoint) -> None:
    if endpoint.failing_since is not None:
        Endpoint.objects.filter(pk=endpoint.pk).update(failing_since=None, failures=0, told_of_failure_at=None)


def has_failed(endpoint: Endpoint) -> Endpoint:
    """Counts a failure. Returns the endpoint as it is now."""
    Endpoint.objects.filter(pk=endpoint.pk).update(
        failures=F("failures") + 1, failing_since=Coalesce("failing_since", Now())
    )
    return Endpoint.objects.select_related("user").get(pk=endpoint.pk)
