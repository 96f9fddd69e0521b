"""The state of the books, for the badge: what the newest audit and the newest verification found, and how old they are.

A check that failed stores nothing. So a good result ages, and after two periods it no longer counts.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from .audit import AUDITED_EVERY_S
from .prepared import Prepared
from .verification import VERIFIED_EVERY_S

PERIODS = 2

_NEWEST = Prepared(
    "newest_checks",
    """SELECT audit.at, audit.breaches, verification.at, verification.findings, clock_timestamp()
         FROM (VALUES (1)) AS one
         LEFT JOIN LATERAL (SELECT at, breaches FROM ledger_auditrun ORDER BY at DESC LIMIT 1) audit ON true
         LEFT JOIN LATERAL (SELECT at, findings FROM ledger_verificationrun ORDER BY at DESC LIMIT 1) verification
           ON true
    """,
)


@dataclass(frozen=True, slots=True)
class Check:
    """The newest run of a check: when it was (None: never), how much it found, and whether it is too old to count."""

    at: dt.datetime | None
    found: int | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class Books:
    """What is known of the books.

    "balanced" if both checks are recent and found nothing, "wrong" if the newest run of one found something,
    "unknown" if one is late or was never made. `at` is the moment that the badge names with it: of the audit, of the
    check that found something, or the last moment at which the late check was made. None: a check was never made.
    """

    audit: Check
    verification: Check

    @property
    def state(self) -> Literal["balanced", "wrong", "unknown"]:
        if self.audit.found or self.verification.found:
            return "wrong"
        return "unknown" if self.audit.is_late or self.verification.is_late else "balanced"

    @property
    def at(self) -> dt.datetime | None:
        if self.state == "wrong":
            return self.audit.at if self.audit.found else self.verification.at
        if self.state == "balanced":
            return self.audit.at
        late = [check.at for check in (self.audit, self.verification) if check.is_late]
        return None if None in late else min(at for at in late if at)


def books() -> Books:
    """The state of the books now, by the database's clock. One statement over two indexes."""
    ((audited_at, breaches, verified_at, findings, now),) = _NEWEST.rows()
    return Books(
        audit=Check(audited_at, breaches, _is_late(audited_at, AUDITED_EVERY_S, now)),
        verification=Check(verified_at, findings, _is_late(verified_at, VERIFIED_EVERY_S, now)),
    )


def _is_late(at: dt.datetime | None, every_s: float, now: dt.datetime) -> bool:
    return at is None or now - at > dt.timedelta(seconds=PERIODS * every_s)
