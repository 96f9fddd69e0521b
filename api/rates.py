"""The rates of a credential: how many reads and how many writes its programs may send in a minute, by all processes.

A process takes ten at once out of the minute's stock, which is one row for each credential, and needs no query for the
next nine. So no more are ever let through than the rate says; up to nine in each other process may be left over when it
says no. The rates keep one program from slowing the others down, and protect no secret. So the table is unlogged, and
where it cannot be used, everything passes.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from math import ceil

from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from .problems import Problem

BLOCK = 10
OPEN_FOR_S = 10.0  # after the table could not be used, it is left alone for so long
MOST_KNOWN = 10_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rate:
    name: str
    a_minute: int


READS, WRITES = Rate("reads", 600), Rate("writes", 120)


@dataclass(slots=True)
class _Stock:
    """What this process may still let through until `ends_at` (by `time.monotonic`)."""

    ends_at: float
    here: int = 0
    elsewhere: int = 0  # not taken by any process yet
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How a credential stands after one more request. `resets_s`: whole seconds until the next minute begins."""

    rate: Rate
    left: int
    resets_s: int
    is_over: bool

    def headers(self) -> dict[str, str]:
        """As in draft-ietf-httpapi-ratelimit-headers-10."""
        return {
            "RateLimit-Policy": f'"{self.rate.name}";q={self.rate.a_minute};w=60',
            "RateLimit": f'"{self.rate.name}";r={self.left};t={self.resets_s}',
        }

    def problem(self) -> Problem:
        limit = {"number": self.rate.a_minute, "kind": self.rate.name, "wait": self.resets_s}
        detail = _("A token may send %(number)s %(kind)s in a minute. You can try again in %(wait)s seconds.") % limit
        return Problem(status=429, code="too_many", detail=detail, headers={"Retry-After": str(self.resets_s)})


_known: dict[str, _Stock] = {}
_lock = threading.Lock()


def spend(credential: str, *, method: str) -> Standing:
    """Counts one request of this credential."""
    rate = READS if method in ("GET", "HEAD", "OPTIONS") else WRITES
    subject = f"{rate.name}:{credential}"
    while True:
        with _lock:
            stock, now = _known.get(subject), time.monotonic()
            if stock is not None and stock.ends_at > now and (stock.here or stock.is_over):
                is_over = stock.here == 0
                stock.here -= not is_over
                return Standing(rate, stock.here + stock.elsewhere, ceil(stock.ends_at - now), is_over)
        _take_a_block(subject, rate)


def _take_a_block(subject: str, rate: Rate) -> None:
    asked_at = time.monotonic()
    try:
        taken, resets_s = _taken_by_all(subject)
    except DatabaseError:
        log.exception("the rates of programs cannot be counted, so all are let through")
        taken, resets_s = -rate.a_minute, OPEN_FOR_S
    granted = min(BLOCK, max(0, rate.a_minute + BLOCK - taken))
    with _lock:
        stock = _known.get(subject)
        if stock is None or stock.ends_at <= time.monotonic():
            if len(_known) > MOST_KNOWN:
                _known.clear()
            stock = _known[subject] = _Stock(ends_at=asked_at + resets_s)
        stock.here += granted
        stock.elsewhere = max(0, rate.a_minute - taken)
        stock.is_over = granted == 0


def _taken_by_all(subject: str) -> tuple[int, float]:
    """Takes a block. Returns what was taken in this minute, this block included, and the seconds it still lasts."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO api_use AS known (subject, minute, taken)
                    VALUES (%(subject)s, date_trunc('minute', clock_timestamp()), %(block)s)
               ON CONFLICT (subject) DO UPDATE
                       SET taken = EXCLUDED.taken
                                   + CASE WHEN known.minute < EXCLUDED.minute THEN 0 ELSE known.taken END,
                           minute = greatest(known.minute, EXCLUDED.minute)
                 RETURNING taken, extract(epoch FROM minute + interval '1 minute' - clock_timestamp())""",
            {"subject": subject, "block": BLOCK},
        )
        taken, resets_s = cursor.fetchone()
    return taken, max(0.001, float(resets_s))
