"""How far sealing and signing have come, and what waits for them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from .prepared import Prepared

# A seal is made and signed every 30 seconds, but an open transaction of the owner role may hold it back for a minute.
LONGEST_WAIT_S = 180.0

# Each subquery reads one row of an index. Seals are signed in their order, so those without a signature follow the last
# one that has one; a search for seals without a signature would read all of them.
_SEALING = Prepared(
    "sealing",
    """WITH last AS (SELECT upto, sealed_at FROM ledger_seal ORDER BY number DESC LIMIT 1),
            signed AS (SELECT seal_id, signed_at FROM ledger_signature ORDER BY seal_id DESC LIMIT 1)
       SELECT (SELECT sealed_at FROM last),
              (SELECT signed_at FROM signed),
              (SELECT booked_at FROM ledger_transfer
                WHERE xid >= coalesce((SELECT upto FROM last), '0') ORDER BY xid LIMIT 1),
              (SELECT sealed_at FROM ledger_seal
                WHERE number > coalesce((SELECT seal_id FROM signed), 0) ORDER BY number LIMIT 1),
              clock_timestamp()""",
)


@dataclass(frozen=True, slots=True)
class Sealing:
    """Moments of the database's clock; None where there is no such thing.

    `sealed_at` and `signed_at` are those of the newest seal and of the newest signature. Since `unsealed_since` the
    oldest transfer without a seal waits for one, since `unsigned_since` the oldest seal without a signature.
    """

    sealed_at: dt.datetime | None
    signed_at: dt.datetime | None
    unsealed_since: dt.datetime | None
    unsigned_since: dt.datetime | None
    now: dt.datetime

    @property
    def seals_are_late(self) -> bool:
        return self.unsealed_s() > LONGEST_WAIT_S

    @property
    def signatures_are_late(self) -> bool:
        return self.unsigned_s() > LONGEST_WAIT_S

    def unsealed_s(self) -> float:
        """For how many seconds the oldest unsealed transfer has waited; 0 if none waits."""
        return self._age_s(self.unsealed_since)

    def unsigned_s(self) -> float:
        """For how many seconds the oldest unsigned seal has waited; 0 if none waits."""
        return self._age_s(self.unsigned_since)

    def _age_s(self, at: dt.datetime | None) -> float:
        return (self.now - at).total_seconds() if at else 0.0


def sealing() -> Sealing:
    ((sealed_at, signed_at, unsealed_since, unsigned_since, now),) = _SEALING.rows()
    return Sealing(sealed_at, signed_at, unsealed_since, unsigned_since, now)
