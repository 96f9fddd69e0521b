"""A receiver of webhooks that remembers what came, and is sometimes out of order."""

from __future__ import annotations

import random
import threading
from collections import defaultdict
from email.message import Message

from lab.scratch import receiver
from outbox.webhooks.signing import is_signed

HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


class Receiver(receiver.Receiver):
    """`came` has the bodies that came with each id, in order. `forged` counts those with a wrong signature.

    A share `fails` of all requests is answered with 500, or with nothing, after it was read.
    """

    def __init__(self, *, fails: float, chance: random.Random) -> None:
        super().__init__()
        self.came: dict[str, list[bytes]] = defaultdict(list)
        self.forged = 0
        self.secret = ""
        self.fails, self._chance, self._lock = fails, chance, threading.Lock()

    def take(self, headers: Message, body: bytes) -> str:
        message_id, timestamp, signature = (headers.get(name, "") for name in HEADERS)
        is_genuine = is_signed(message_id, timestamp, body, signature, self.secret)
        with self._lock:
            self.came[message_id].append(body)
            self.forged += not is_genuine
            return self._chance.choice(("fail", "hang up")) if self._chance.random() < self.fails else "answer"
