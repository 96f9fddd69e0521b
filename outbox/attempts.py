"""The rule of everything that is sent: who may try, when it is tried again, and when it is given up.

An attempt begins with a *lease*: for a while nobody else takes the row, and if its holder is killed, somebody else does
afterwards. The end of the lease is its proof: a holder whose row was taken by another meanwhile changes nothing any
more. So each row is sent at least once, and twice only around a crash.

A table with the columns of `events.models.Sending` and an index on `due_at` of its open rows can be such a queue.
"""

# ruff: noqa: S608 - the names of tables and the conditions are written in this project
from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connection

from events.models import Sending

LEASE_S = 60.0  # longer than an attempt may take
VARIES_BY = 0.2  # so that what failed together is not tried again together
MOST_OF_AN_ERROR = 300  # characters that are kept

S = TypeVar("S", bound=Sending)


@dataclass(frozen=True, slots=True)
class Queue(Generic[S]):
    """The open rows of a model. `waits_s` are the pauses after the first attempt, the second, and so on.

    After the attempt that follows the last pause the row is given up. `among` may narrow what can be claimed.
    """

    model: type[S]
    waits_s: Sequence[float]
    erase: str = ""  # SQL that empties columns of a row that was sent, as ", text = ''"
    lease_s: float = LEASE_S
    among: str = ""  # SQL that selects the ids of the rows that may be claimed now; all that are due, if empty

    def has_due(self) -> bool:
        """Whether there is something to do now. It costs a look into one small index."""
        return bool(self._execute(f"SELECT 1 FROM {self._table} WHERE {_IS_DUE} LIMIT 1"))

    def claim(self, most: int = 1) -> list[S]:
        """Leases up to `most` due rows, the oldest first. Two who claim at once never get the same row.

        A row whose attempts all ended without a result is given up: it may be what ends the process each time.
        """
        rows = sorted(
            self.model._default_manager.raw(
                f"""WITH due AS MATERIALIZED (
                        SELECT id FROM {self._table} WHERE {_IS_DUE}{self.among and f" AND id IN ({self.among})"}
                         ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED)
                    UPDATE {self._table} AS row
                       SET lease_until = statement_timestamp() + make_interval(secs => %s), attempts = attempts + 1
                      FROM due WHERE row.id = due.id RETURNING row.*""",
                [most, self.lease_s],
            ),
            key=lambda row: row.due_at,
        )
        return [row for row in rows if not (row.attempts > len(self.waits_s) + 1 and self.given_up(row, "no result"))]

    def sent(self, row: S) -> bool:
        """Closes the row. False if another has taken it meanwhile, and it may have been sent twice."""
        return self._end(row, f"sent_at = statement_timestamp(), last_error = ''{self.erase}")

    def failed(self, row: S, error: str, *, at_least_s: float = 0.0) -> bool:
        """Plans the next attempt, or gives the row up after the last one. False if another has taken it meanwhile."""
        if row.attempts > len(self.waits_s):
            return self.given_up(row, error)
        wait_s = self.waits_s[row.attempts - 1] * random.uniform(1 - VARIES_BY, 1 + VARIES_BY)  # noqa: S311
        wait_s = max(wait_s, at_least_s)
        due_at = "due_at = statement_timestamp() + make_interval(secs => %s)"
        return self._end(row, f"{due_at}, last_error = %s", wait_s, error[:MOST_OF_AN_ERROR])

    def given_up(self, row: S, error: str) -> bool:
        """Closes the row as dead. False if another has taken it meanwhile."""
        return self._end(row, "dead_at = statement_timestamp(), last_error = %s", error[:MOST_OF_AN_ERROR])

    def wait_for(self, error: str) -> None:
        """Notes at the oldest due row why nothing can be tried now, so that staff see it. It is no attempt."""
        self._execute(
            f"""UPDATE {self._table} SET last_error = %s
                 WHERE id = (SELECT id FROM {self._table} WHERE {_IS_DUE} ORDER BY due_at LIMIT 1) RETURNING id""",
            error[:MOST_OF_AN_ERROR],
        )

    def try_again(self, where: str, *values: Any) -> int:
        """Makes unsent rows due at once, as if they were new, except those that are being tried. Returns how many."""
        return len(
            self._execute(
                f"""UPDATE {self._table} SET due_at = statement_timestamp(), dead_at = NULL, attempts = 0
                     WHERE sent_at IS NULL AND (lease_until IS NULL OR lease_until <= statement_timestamp())
                       AND ({where}) RETURNING id""",
                *values,
            )
        )

    def _end(self, row: S, assignments: str, *values: Any) -> bool:
        return bool(
            self._execute(
                f"""UPDATE {self._table} SET lease_until = NULL, {assignments}
                     WHERE id = %s AND lease_until = %s RETURNING id""",
                *values,
                row.pk,
                row.lease_until,
            )
        )

    def _execute(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall()

    @property
    def _table(self) -> str:
        return self.model._meta.db_table


_IS_DUE = """sent_at IS NULL AND dead_at IS NULL AND due_at <= statement_timestamp()
             AND (lease_until IS NULL OR lease_until <= statement_timestamp())"""
