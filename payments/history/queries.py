"""Queries for a wallet's history, page by page, and for the curve of its balance."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable
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
    """The cursor is not one that this wallet's history can have returned."""


@dataclass(frozen=True, slots=True)
class Activity:
    """One line of a wallet's history: an entry, its transfer, and the other party.

    `amount` is negative if money left the wallet. `balance_after` is None in append-only wallets. `username` is None if
    the other party is a system wallet.
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
        """Always true: a declined transfer has no entries, and each line is an entry."""
        return True

    @property
    def cursor(self) -> str:
        """Returns where the next page starts: `seq` in a running wallet, else `xid.transfer_id`."""
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
    """A balance over time as SVG paths (the line, and the area under it) in a box of `width` by `height` units."""

    path: str
    area: str
    width: int
    height: int


def wallet_and_activity(user: User, *, before: str | None = None, limit: int = PAGE) -> tuple[Wallet, list[Activity]]:
    """Returns the user's wallet and its history from one snapshot, so that the balance fits the newest line.

    Raises BadCursor, and NotFound if the wallet is not opened yet.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        wallet = wallet_of(user)
        return wallet, activity(wallet, before=before, limit=limit)


def activity(wallet: Wallet, *, before: str | None = None, limit: int = PAGE) -> list[Activity]:
    """Returns up to `limit` lines of the wallet's history that are older than the cursor `before`, the newest first.

    Without a cursor the newest lines are returned. Raises BadCursor.
    """
    if wallet.running:
        (seq,) = _numbers(before, 1)
        rows = _LINES_BY_SEQ.rows(wallet.pk, limit, seq)
    else:
        xid, transfer = _numbers(before, 2)
        rows = _LINES_BY_XID.rows(wallet.pk, limit, str(xid), transfer)
    return [_line(wallet, row) for row in rows]


def activity_of(wallet: Wallet, transfers: Iterable[int], *, before: str | None = None) -> list[Activity]:
    """As `activity`, for those of these transfers (by their ids) that moved money in the wallet. Raises BadCursor."""
    end = _numbers(before, 1 if wallet.running else 2)
    found = [_line(wallet, row) for row in _LINES_OF.rows(wallet.pk, list(transfers))]
    of_place = {tuple(_numbers(line.cursor, len(end))): line for line in found}
    return [of_place[place] for place in sorted(of_place, reverse=True) if place < tuple(end)]


def cursor_at(wallet: Wallet, moment: dt.datetime) -> str | None:
    """Returns the cursor from which `activity` goes back from this moment; None for append-only wallets.

    In a running wallet, entries are booked in the order of `seq`, which has no gaps. So some twenty of them are read.
    """
    if not wallet.running:
        return None
    seqs = range(1, wallet.seq + 1)
    return str(bisect_left(seqs, moment, key=lambda seq: _BOOKED_AT.rows(wallet.pk, seq)[0][0]) + 1)


def _numbers(cursor: str | None, count: int) -> list[int]:
    """Returns the `count` numbers of a cursor, or `count` times LATEST without a cursor. Raises BadCursor."""
    if cursor is None:
        return [LATEST] * count
    parts = cursor.split(".")
    if len(parts) != count or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        raise BadCursor(cursor)
    return [int(part) for part in parts]


# One statement that joins the other party's wallet only: planning the joins of whole objects took ten times as long.
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

_LINES_OF = Prepared(
    "lines_of",
    _LINES.format(
        people=PEOPLE,
        page="SELECT * FROM ledger_entry WHERE wallet_id = $1 AND transfer_id = ANY($2::bigint[])",
        order="e.transfer_id DESC",
    ),
)

_BOOKED_AT = Prepared("booked_at", "SELECT booked_at FROM ledger_entry WHERE wallet_id = $1 AND seq = $2")

# In an append-only wallet an entry of received money has no seq, and an entry of spent money has one. Each half of the
# UNION reads its own index. That of the first half is (wallet, xid), without the transfer's id.
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

# The newest 300 entries at most: seconds since 1970 of their timestamp, and the balance after each in minor units.
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
    """Returns the parts of a receipt's address before and after the reference. Cached, so `reverse` runs once."""
    some = UUID(int=0)
    before, _, after = reverse("payments:receipt", args=[some]).partition(str(some))
    return before, after


def balance_curve(wallet: Wallet, *, days: int = 30, width: int = 320, height: int = 96) -> Curve | None:
    """Returns the curve of a running wallet's balance over the last `days`, drawn from its newest 300 entries at most.

    None for append-only wallets and with fewer than two entries.
    """
    points = _BALANCES.rows(wallet.pk, dt.timedelta(days=days)) if wallet.running else []
    if len(points) < 2:
        return None
    # The last balance is drawn up to now.
    points.append((timezone.now().timestamp(), points[-1][1]))
    first, last = points[0][0], points[-1][0]
    low, high = min(minor for _, minor in points), max(minor for _, minor in points)
    span_s, span = max(last - first, 1.0), max(high - low, 1)
    steps = {
        round((at_s - first) / span_s * width): round(height - 4 - (minor - low) / span * (height - 8), 1)
        for at_s, minor in points
    }  # of several points on one pixel, the last one counts
    (start, begins), *rest = steps.items()
    path = f"M{start},{begins}" + "".join(f"H{x}V{y}" for x, y in rest)
    return Curve(path, f"{path}V{height}H0Z", width, height)
