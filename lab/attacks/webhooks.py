"""Webhooks and deliveries that attacks need. Nothing listens at the address, and nothing there is sent by itself."""

from __future__ import annotations

import json
from uuid import uuid4

from django.db.models import Max
from django.db.models.functions import Now

from accounts.models import User
from events.listeners import listen
from outbox.events.documents import event_id
from outbox.models import Delivery, Endpoint, Message
from outbox.webhooks.signing import encrypted, new_secret


def webhook_of(owner: User, switched_off: str = "") -> Endpoint:
    url, secret = "https://127.0.0.1/hook", encrypted(new_secret())
    return Endpoint.objects.create(user=owner, url=url, secret=secret, switched_off=switched_off)


def given_up_delivery_to(owner: User) -> Delivery:
    """The delivery of an event that was given up. Its number is far beyond those that the messenger gives."""
    listen(owner.pk)
    seq = (Message.objects.filter(user=owner).aggregate(Max("seq"))["seq__max"] or 1_000_000) + 1
    reference = uuid4()
    body: dict[str, object] = {
        "id": event_id(reference),
        "type": "ping",
        "timestamp": "2026-01-01T00:00:00Z",
        "seq": seq,
        "api_version": "1",
        "data": {},
    }
    message = Message.objects.create(reference=reference, user=owner, seq=seq, type="ping", body=json.dumps(body))
    return Delivery.objects.create(message=message, endpoint=webhook_of(owner), dead_at=Now())
