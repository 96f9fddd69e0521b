"""Finding rates for staff's pages: those that count, those that wait, and the history of one currency."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from accounts.models import User
from conversion import table
from conversion.errors import NotFound
from conversion.models import Rate
from conversion.money import CURRENCIES, Currency
from conversion.rates import PIVOT, shown
from conversion.table import Known
from web.paging import PAGE


@dataclass(frozen=True, slots=True)
class Line:
    """One row as staff read it: how many units one pound is worth, and who set or confirmed it."""

    row: Rate
    per_pound: Decimal
    maker: User | None


@dataclass(frozen=True, slots=True)
class Counting:
    """What counts now for a currency. `line` is None where the rate is built in."""

    known: Known
    per_pound: Decimal
    line: Line | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A refused rate beside the one that counts. `change` is how much more the pound is worth by it, as "+19.7 %"."""

    line: Line
    counts: Decimal
    change: str


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """One page of a currency's rates, newest first. `older`: before which id the next page begins."""

    lines: list[Line]
    older: int | None


def counting() -> list[Counting]:
    """What counts now, for every currency but the pound."""
    found = [each for each in table.known() if each.currency.code != PIVOT]
    lines = iter(_lines([each.row for each in found if each.row]))
    return [Counting(each, shown(each.per_pivot), next(lines) if each.row else None) for each in found]


def waiting() -> list[Waiting]:
    """The rates that wait for an administrator."""
    counts = {each.currency.code: each for each in table.known()}
    return [_beside(line, counts[line.row.currency_code]) for line in _lines(table.waiting())]


def count_waiting() -> int:
    return 0 if table.is_built_in() else len(table.waiting())


def row_with(reference: UUID) -> Line:
    """The rate with this reference. Raises NotFound."""
    if (row := Rate.objects.filter(reference=reference).first()) is None:
        raise NotFound
    return _lines([row])[0]


def beside(line: Line) -> Waiting | None:
    """The rate beside the one that counts, if it waits for an administrator."""
    if line.row not in table.waiting():
        return None
    return _beside(line, *table.known([CURRENCIES[line.row.currency_code]]))


def currency_called(code: str) -> Currency:
    """The currency with this code, of which a rate can be set. Raises NotFound."""
    if code not in CURRENCIES or code == PIVOT:
        raise NotFound
    return CURRENCIES[code]


def history(currency: Currency, *, before: int | None = None) -> HistoryPage:
    rows = Rate.objects.filter(currency_code=currency.code).order_by("-id")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    return HistoryPage(_lines(found[:PAGE]), found[PAGE - 1].pk if len(found) > PAGE else None)


def _lines(rows: Iterable[Rate]) -> list[Line]:
    rows = list(rows)
    makers = User.objects.in_bulk({row.made_by_id for row in rows if row.made_by_id}) if rows else {}
    return [Line(row, shown(row.per_pivot), makers.get(row.made_by_id or 0)) for row in rows]


def _beside(line: Line, counts: Known) -> Waiting:
    tenths = round((line.row.per_pivot / counts.per_pivot - 1) * 1000)
    return Waiting(line, shown(counts.per_pivot), f"{Decimal(tenths) / 10:+} %")
