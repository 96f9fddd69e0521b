"""A month of a wallet: what came in and went out, and each line of it as a CSV file."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone

from conversion.money import Money
from ledger.models import Wallet
from ledger.wallets import balance_at
from web.spreadsheets import harmless

from .queries import Activity, activity

AT_ONCE = 500  # lines of one query
# Lines come in the order of their transactions' ids. A transaction that waited is booked later than the next one.
OUT_OF_ORDER = dt.timedelta(hours=1)
COLUMNS = ("booked at", "kind", "other party", "username", "amount", "currency", "balance after", "note", "reference")


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month in the site's time zone."""

    first_day: dt.date

    @classmethod
    def of(cls, day: dt.date) -> Month:
        return cls(day.replace(day=1))

    @property
    def before(self) -> Month:
        return Month.of(self.first_day - dt.timedelta(days=1))

    @property
    def begins(self) -> dt.datetime:
        return _midnight(self.first_day)

    @property
    def ends(self) -> dt.datetime:
        """The begin of the next month."""
        return _midnight((self.first_day + dt.timedelta(days=31)).replace(day=1))

    def __str__(self) -> str:
        return f"{self.first_day:%Y-%m}"


@dataclass(frozen=True, slots=True)
class Statement:
    """The sums of a month. `paid_out` is positive. `largest` are the lines that moved most, the largest first."""

    before: Money
    came_in: Money
    paid_out: Money
    after: Money
    count: int
    largest: list[Activity]


def statement_of(wallet: Wallet, month: Month, *, most: int = 10) -> Statement:
    """The sums of the month, and its `most` largest lines. Booked is what the database's clock says."""
    came_in = paid_out = count = 0
    largest: list[Activity] = []
    for line in lines_of(wallet, month):
        count += 1
        came_in += max(line.amount.minor, 0)
        paid_out += max(-line.amount.minor, 0)
        largest = sorted([*largest, line], key=lambda each: -abs(each.amount.minor))[:most]
    return Statement(
        before=balance_at(wallet, month.begins),
        came_in=Money(came_in, wallet.currency),
        paid_out=Money(paid_out, wallet.currency),
        after=balance_at(wallet, month.ends),
        count=count,
        largest=largest,
    )


def lines_of(wallet: Wallet, month: Month) -> Iterator[Activity]:
    """The lines of the month, the newest first. It reads every line since the month began, in several queries."""
    cursor = None
    while lines := activity(wallet, before=cursor, limit=AT_ONCE):
        yield from (line for line in lines if month.begins <= line.booked_at < month.ends)
        if len(lines) < AT_ONCE or lines[-1].booked_at < month.begins - OUT_OF_ORDER:
            return
        cursor = lines[-1].cursor


def csv_of(wallet: Wallet, month: Month) -> Iterator[str]:
    """The lines of the month as a CSV file, for a spreadsheet: amounts with a dot, moments in UTC."""
    yield "\ufeff" + _row(COLUMNS)  # without this byte order mark Excel reads UTF-8 as Latin-1
    for line in lines_of(wallet, month):
        after = "" if line.balance_after is None else f"{line.balance_after.decimal:f}"
        yield _row(
            (
                line.booked_at.astimezone(dt.UTC).isoformat(timespec="seconds"),
                line.kind,
                harmless(str(line.other_party_name)),
                line.username or "",
                f"{line.amount.decimal:f}",
                line.amount.code,
                after,
                harmless(line.note),
                str(line.reference),
            )
        )


def _row(cells: tuple[str, ...]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=timezone.get_default_timezone())
