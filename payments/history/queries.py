"""A wallet's history, and its balance as a curve."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise

from accounts.models import User
from accounts.people.queries import PEOPLE
from conversion.money import Money
from ledger.kinds import PERSONAL, label_of_kind, label_of_purpose
from ledger.models import Wallet
from ledger.prepared import Prepared
from payments.owners import wallet_of
from web.initials import initials_of
from web.paging import PAGE

LATEST = 2**63 - 1


class BadCursor(ValueError):
    """Not one that this wallet's history gave out."""


@dataclass(frozen=True, slots=True)
class Activity:
    """One line of a wallet's history: an entry, its transfer, and who is on the other side. `amount` is signed.

    Only a running wallet knows its `balance_after` each line. A system wallet has no `username`.
    """

    transfer_id: int
    seq: int | None
    xid: str
    reference: UUID
    kind: str
    note: str
    made_by_id: int
    made_at: dt.datetime
    booked_at: dt.datetime
    is_undone: bool
    is_refunded: bool  # all of it, or a part
    username: str | None
    other_party_name: str | Promise
    amount: Money
    balance_after: Money | None

    @property
    def is_booked(self) -> bool:
        """A declined transfer has no entries."""
        return True

    @property
    def cursor(self) -> str:
        """Where the next page goes on: a running wallet's seq; else the database's transaction and the transfer."""
        return f"{self.xid}.{self.transfer_id}" if self.balance_after is None else str(self.seq)

    @property
    def initials(self) -> str:
        return initials_of(str(self.other_party_name))

    @property
    def description(self) -> str | Promise:
        return self.note or label_of_kind(self.kind)

    @property
    def url(self) -> str:
        before, after = _around_reference()
        return f"{before}{self.reference}{after}"


@dataclass(frozen=True, slots=True)
class Curve:
    """A balance over time as an SVG path in a box of `width` by `height`."""

    path: str
    area: str
    width: int
    height: int


def wallet_and_activity(user: User, *, before: str | None = None, limit: int = PAGE) -> tuple[Wallet, list[Activity]]:
    """Both as of one moment, so that the balance is that of its newest line."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        wallet = wallet_of(user)
        return wallet, activity(wallet, before=before, limit=limit)


def activity(wallet: Wallet, *, before: str | None = None, limit: int = PAGE) -> list[Activity]:
    """The wallet's history, newest first, from `before` (the cursor of a line) on. Raises BadCursor."""
    if wallet.running:
        (seq,) = _numbers(before, 1)
        rows = _LINES_BY_SEQ.rows(wallet.pk, limit, seq)
    else:
        xid, transfer = _numbers(before, 2)
        rows = _LINES_BY_XID.rows(wallet.pk, limit, str(xid), transfer)
    return [_line(wallet, row) for row in rows]


def _numbers(cursor: str | None, count: int) -> list[int]:
    if cursor is None:
        return [LATEST] * count
    parts = cursor.split(".")
    if len(parts) != count or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        raise BadCursor(cursor)
    return [int(part) for part in parts]


# One statement that joins only the other side's wallet: planning the joins of whole objects took ten times as long.
_LINES = """
    SELECT e.transfer_id, e.seq, e.xid, t.reference, t.kind, t.note, t.made_by_id, t.made_at, e.booked_at,
           EXISTS (SELECT FROM ledger_transfer r WHERE r.reverses_id = t.id AND r.outcome = 'booked'),
           EXISTS (SELECT FROM ledger_transfer r WHERE r.refunds_id = t.id AND r.outcome = 'booked'),
           w.purpose, u.username, u.first_name, u.last_name, e.amount, e.balance_after
      FROM ({page}) e
      JOIN ledger_transfer t ON t.id = e.transfer_id
      JOIN ledger_wallet w ON w.id = CASE t.source_id WHEN e.wallet_id THEN t.target_id ELSE t.source_id END
      LEFT JOIN {people} u ON u.id = w.owner_id
     ORDER BY {order}"""

_LINES_BY_SEQ = Prepared(
    "lines_by_seq",
    _LINES.format(
        people=PEOPLE,
        page="""SELECT * FROM ledger_entry WHERE wallet_id = $1 AND seq IS NOT NULL AND seq < $3
                 ORDER BY seq DESC LIMIT $2""",
        order="e.seq DESC",
    ),
)

# An entry that an append-only wallet received has no seq, an entry that it spent has one. Both are read by their own
# index; the first index has only the xid.
_LINES_BY_XID = Prepared(
    "lines_by_xid",
    _LINES.format(
        people=PEOPLE,
        page="""SELECT * FROM (
                    (SELECT * FROM ledger_entry
                      WHERE wallet_id = $1 AND seq IS NULL AND xid <= $3 AND (xid, transfer_id) < ($3, $4)
                      ORDER BY xid DESC, transfer_id DESC LIMIT $2)
                     UNION ALL
                    (SELECT * FROM ledger_entry
                      WHERE wallet_id = $1 AND seq IS NOT NULL AND (xid, transfer_id) < ($3, $4)
                      ORDER BY seq DESC LIMIT $2)) came_and_went
                 ORDER BY xid DESC, transfer_id DESC LIMIT $2""",
        order="e.xid DESC, e.transfer_id DESC",
    ),
)

# When (in seconds since 1970) the newest entries were made, and what each left.
_BALANCES = Prepared(
    "balances",
    """SELECT extract(epoch FROM t.made_at)::float8, e.balance_after
         FROM (SELECT transfer_id, seq, balance_after FROM ledger_entry
                WHERE wallet_id = $1 AND seq IS NOT NULL ORDER BY seq DESC LIMIT 300) e
         JOIN ledger_transfer t ON t.id = e.transfer_id
        WHERE t.made_at >= clock_timestamp() - $2::interval
        ORDER BY t.made_at, e.seq""",
)


def _line(wallet: Wallet, row: tuple[Any, ...]) -> Activity:
    *columns, purpose, username, first_name, last_name, amount, after = row
    is_person = purpose in PERSONAL and username is not None
    made_of: list[Any] = [
        *columns,
        username if is_person else None,
        f"{first_name} {last_name}".strip() if is_person else label_of_purpose(purpose),
        Money(amount, wallet.currency),
        None if after is None else Money(after, wallet.currency),
    ]
    return Activity(*made_of)


@cache
def _around_reference() -> tuple[str, str]:
    """What stands before and after the reference in a receipt's address: looked up once, not for every line."""
    some = UUID(int=0)
    before, _, after = reverse("payments:receipt", args=[some]).partition(str(some))
    return before, after


def balance_curve(wallet: Wallet, *, days: int = 30, width: int = 320, height: int = 96) -> Curve | None:
    """The balance over the last `days` as its entries left it; None where there is too little to draw."""
    points = _BALANCES.rows(wallet.pk, dt.timedelta(days=days)) if wallet.running else []
    if len(points) < 2:
        return None
    points.append((timezone.now().timestamp(), points[-1][1]))
    first, last = points[0][0], points[-1][0]
    low, high = min(minor for _, minor in points), max(minor for _, minor in points)
    span_s, span = max(last - first, 1.0), max(high - low, 1)
    steps = {
        round((at_s - first) / span_s * width): round(height - 4 - (minor - low) / span * (height - 8), 1)
        for at_s, minor in points
    }  # where several fall on one pixel, the last one counts
    (start, begins), *rest = steps.items()
    path = f"M{start},{begins}" + "".join(f"H{x}V{y}" for x, y in rest)
    return Curve(path, f"{path}V{height}H0Z", width, height)
