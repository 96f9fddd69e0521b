"""The history: each operation of the clients, with its beginning, its end and the answers that came."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

BOOKED, REFUSED, UNAVAILABLE, UNKNOWN = "booked", "refused", "unavailable", "unknown"


@dataclass(slots=True)
class Operation:
    """One operation of a client, with all its attempts.

    `answer` is the last answer, `told` are all receipts that the client got, and `heard` are the codes of its other
    answers, such as "busy". `in_doubt` is true where an attempt got no
    answer, or an answer that leaves open whether the transfer was booked. Times are of one machine's monotonic clock,
    in seconds; `source` and `target` are wallet ids.
    """

    kind: str
    maker: int
    key: UUID
    source: int
    target: int
    minor: int
    began: float = 0.0
    ended: float = 0.0
    answer: str = UNKNOWN
    attempts: int = 0
    in_doubt: bool = False
    told: list[UUID] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)


class History:
    """The operations of a run. Many threads may write to it at once."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self._lock = threading.Lock()

    def begin(self, kind: str, *, maker: int, key: UUID, source: int, target: int, minor: int) -> Operation:
        operation = Operation(kind, maker, key, source, target, minor, began=time.monotonic())
        with self._lock:
            self.operations.append(operation)
        return operation

    def counts(self) -> Counter[str]:
        return Counter(operation.answer for operation in self.operations)

    def heard(self) -> Counter[str]:
        return Counter(code for operation in self.operations for code in operation.heard)

    def booked_after(self, moment: float) -> float | None:
        """When the first operation that began after `moment` was acknowledged; None as long as none was."""
        return min(
            (one.ended for one in list(self.operations) if one.began > moment and one.answer == BOOKED), default=None
        )
