"""Reading a bank's statement: a CSV table, or a CAMT.053 document (`camt.py`).

The columns of a CSV table are reference, to and amount and, optionally, details and date.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from payments import notes
from treasury import tables

COLUMNS = tables.Columns(required=("reference", "to", "amount"), optional=("details", "date"), former={})


@dataclass(frozen=True, slots=True)
class RawRow:
    """One booking of the statement, as it was read. `number` is its line in the table, or its place in the document.

    `reference` is the bank's. `to` names the payee, or is empty where nobody was named. `date_typed` is what was in the
    place of the date and is none.
    """

    number: int
    reference: str
    to: str
    amount: str
    details: str = ""
    value_date: dt.date | None = None
    date_typed: str = ""
    has_too_many_cells: bool = False


def read_table(data: bytes) -> list[RawRow]:
    """The rows of a CSV table, at least one. Raises FileUnreadable."""
    return [_row(line) for line in tables.read(data, COLUMNS)]


def plain(details: str) -> str:
    """What a payer wrote, as a note that can be stored: one line, cut where it is too long."""
    line = " ".join(details.split())
    return "".join(sign for sign in line if notes.is_storable(sign))[: notes.LONGEST]


def _row(line: tables.Line) -> RawRow:
    cells = line.cells
    try:
        day, typed = dt.date.fromisoformat(cells["date"]) if cells["date"] else None, ""
    except ValueError:
        day, typed = None, cells["date"]
    return RawRow(
        line.number,
        cells["reference"],
        cells["to"],
        cells["amount"],
        plain(cells["details"]),
        day,
        typed,
        line.has_too_many_cells,
    )
