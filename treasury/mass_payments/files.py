"""The CSV files of mass payments: reading the file that a treasurer uploads, and writing the file of results.

A file is in UTF-8. Its first line names the columns in any order: payee, amount and, optionally, note. Commas,
semicolons or tabs separate the columns. Quoting follows RFC 4180. An unknown column is refused and not ignored: it
could be a misspelt "note", or the file could be one of results, which was already paid.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _

from .errors import FileUnreadable
from .models import MassPaymentRow

MOST_BYTES = 1024 * 1024
MOST_ROWS = 10_000
REQUIRED, OPTIONAL = ("payee", "amount"), ("note",)
FORMER_NAMES = {"recipient": "payee"}  # files that were made before the column was renamed
DELIMITERS = ",;\t"
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


class Lines(Iterator[list[str]], Protocol):
    """The type of a `csv.reader`, which has no name of its own: the rows, and the line on which the last one ended."""

    @property
    def line_num(self) -> int: ...


def read(data: bytes) -> list[RawRow]:
    """All rows that are not blank, at least one. Raises FileUnreadable, whose text says what to do."""
    text = _decoded(data)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        columns = _columns(next((cells for cells in lines if _says_something(cells)), []))
        rows = list(_rows(lines, columns, splits=lines.dialect.delimiter == ","))
    except csv.Error as error:
        raise FileUnreadable(
            "file_quotes",
            _("Line %(line)s: a quotation mark is not closed or is in the wrong place.") % {"line": lines.line_num},
        ) from error
    if not rows:
        raise FileUnreadable("file_without_rows", _("The file has no rows below its first line."))
    return rows


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


def _decoded(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise FileUnreadable("file_too_large", _("The file is larger than 1 MB. Please split it."))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileUnreadable("file_not_utf8", _("The file is in UTF-16. Please save it as “CSV UTF-8”."))
    if data.startswith(b"PK") or b"\0" in data:  # PK begins a zip file, which a spreadsheet's own format is
        raise FileUnreadable("file_not_text", _("This is not a text file. Please save the table as “CSV UTF-8”."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileUnreadable(
            "file_not_utf8", _("Line %(line)s is not in UTF-8. Please save the table as “CSV UTF-8”.") % {"line": line}
        ) from error


def _delimiter(text: str) -> str:
    """The delimiter that splits the first line into the known columns.

    If none does, the answer is a comma, and `_columns` then refuses the first line.
    """
    first = text.lstrip("\r\n").splitlines()[:1]
    for delimiter in DELIMITERS:
        names = {_column(name.strip('"')) for name in "".join(first).split(delimiter)}
        if names.issuperset(REQUIRED):
            return delimiter
    return ","


def _columns(header: list[str]) -> list[str]:
    """The names of the columns in their order, without the unnamed columns that spreadsheets add at the end.

    Raises FileUnreadable.
    """
    names = [_column(name) for name in header]
    while names and not names[-1]:
        names.pop()
    if not set(names).issuperset(REQUIRED):
        raise FileUnreadable("file_without_columns", _("The first line must name the columns: payee, amount, note."))
    for name in names:
        if name not in REQUIRED + OPTIONAL:
            raise FileUnreadable(
                "file_unknown_column",
                _("There is a column “%(name)s”. Please keep only payee, amount, note.") % {"name": name[:40]},
            )
    if len(set(names)) < len(names):
        raise FileUnreadable("file_column_twice", _("The first line names a column twice."))
    return names


def _column(name: str) -> str:
    plain = name.strip().lower()
    return FORMER_NAMES.get(plain, plain)


def _rows(lines: Lines, columns: list[str], *, splits: bool) -> Iterator[RawRow]:
    """The rows below the first line. `splits`: the file is separated by commas. Raises FileUnreadable."""
    before, count = lines.line_num, 0
    for cells in lines:
        number, before = before + 1, lines.line_num  # a quoted cell may have several lines: `line_num` is the last
        if not _says_something(cells):
            continue
        count += 1
        if count > MOST_ROWS:
            raise FileUnreadable("file_too_many_rows", _("There are more than 10,000 rows. Please split the file."))
        found = dict.fromkeys(OPTIONAL + REQUIRED, "") | {
            name: cell.strip() for name, cell in zip(columns, cells, strict=False)
        }
        too_many = _says_something(cells[len(columns) :])
        yield RawRow(number, **found, has_too_many_cells=too_many, is_split=splits and _looks_split(found))


def _says_something(cells: list[str]) -> bool:
    return any(cell.strip() for cell in cells)


def _looks_split(found: dict[str, str]) -> bool:
    """Whether an amount may have been split at its decimal comma.

    `alice,24,70` under payee,amount,note would pay 24 with the note "70".
    """
    return found["amount"].isdigit() and DECIMALS.fullmatch(found["note"]) is not None
