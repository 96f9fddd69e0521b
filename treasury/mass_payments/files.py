"""The CSV files of mass payments: reading the file that a treasurer uploads, and writing the file of results.

The columns are payee, amount and, optionally, note (`treasury/tables.py`).
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from treasury import tables

from .models import MassPaymentRow

COLUMNS = tables.Columns(
    required=("payee", "amount"),
    optional=("note",),
    former={"recipient": "payee"},  # files that were made before the column was renamed
)
DECIMALS = re.compile(r"[0-9]{1,3}(?:\.[0-9]+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row of the file, as it was typed.

    `number` is the line of the file on which the row begins. `has_too_many_cells`: the row has more cells than the file
    has columns, so its cells may be in the wrong columns. `is_split`: a comma between two numbers separated two cells,
    but may have been meant as a decimal sign.
    """

    number: int
    payee: str
    amount: str
    note: str = ""
    has_too_many_cells: bool = False
    is_split: bool = False


def read(data: bytes) -> list[RawRow]:
    """All rows that are not blank, at least one. Raises FileUnreadable, whose text says what to do."""
    return [
        RawRow(
            line.number,
            **line.cells,
            has_too_many_cells=line.has_too_many_cells,
            is_split=line.by_commas and _looks_split(line.cells),
        )
        for line in tables.read(data, COLUMNS)
    ]


def digest(rows: Sequence[RawRow]) -> str:
    """The SHA-256 of the rows in their order, in hexadecimal. It does not depend on how the file was saved."""
    content = [(row.payee, row.amount, row.note) for row in rows]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def results(rows: Iterable[MassPaymentRow]) -> str:
    """A CSV file with the result of each row. It is for reading in a spreadsheet; an upload of it is refused."""
    written = io.StringIO()
    written.write("\ufeff")  # without this byte order mark Excel reads UTF-8 as Latin-1
    lines = csv.writer(written)
    lines.writerow(["line", "payee", "amount", "note", "result", "reference"])
    for row in rows:
        amount = f"{row.amount.decimal:f}" if row.amount else row.amount_typed
        reference = row.transfer.reference if row.transfer else ""
        result = row.problem_text or row.get_outcome_display()
        lines.writerow([row.number, *map(_harmless, (row.payee_typed, amount, row.note, result)), reference])
    return written.getvalue()


def _harmless(cell: str) -> str:
    """The cell with an apostrophe in front if it begins like a formula, which a spreadsheet would run (CWE-1236)."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else cell


def _looks_split(found: Mapping[str, str]) -> bool:
    """Whether an amount may have been split at its decimal comma.

    `alice,24,70` under payee,amount,note would pay 24 with the note "70".
    """
    return found["amount"].isdigit() and DECIMALS.fullmatch(found["note"]) is not None
