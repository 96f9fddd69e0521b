"""CSV files that staff upload: a table whose first line names its columns.

A file is in UTF-8. Its columns come in any order, separated by commas, semicolons or tabs. Quoting follows RFC 4180. An
unknown column is refused and not ignored: it could be a misspelt one, or the file could be one of results, which was
already booked.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _

from .errors import FileUnreadable

MOST_BYTES = 1024 * 1024
MOST_ROWS = 10_000
DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that a file must and may have. `former` has the names of earlier versions, with today's."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    former: Mapping[str, str]

    def named(self, cell: str) -> str:
        plain = cell.strip().lower()
        return self.former.get(plain, plain)

    def __str__(self) -> str:
        return ", ".join(self.required + self.optional)


@dataclass(frozen=True, slots=True)
class Line:
    """One row: the number of the line on which it begins, and its cells by column.

    `has_too_many_cells`: the row has more cells than the file has columns, so its cells may be in the wrong columns.
    `by_commas`: commas separate the cells.
    """

    number: int
    cells: Mapping[str, str]
    has_too_many_cells: bool
    by_commas: bool


class Lines(Iterator[list[str]], Protocol):
    """The type of a `csv.reader`, which has no name of its own: the rows, and the line on which the last one ended."""

    @property
    def line_num(self) -> int: ...


def read(data: bytes, columns: Columns) -> list[Line]:
    """All rows that are not blank, at least one. Raises FileUnreadable, whose text says what to do."""
    if len(data) > MOST_BYTES:
        raise FileUnreadable("file_too_large", _("The file is larger than 1 MB. Please split it."))
    text = decoded(data)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, columns), strict=True)
    try:
        names = _names(next((cells for cells in lines if _says_something(cells)), []), columns)
        rows = list(_rows(lines, names, columns, by_commas=lines.dialect.delimiter == ","))
    except csv.Error as error:
        raise FileUnreadable(
            "file_quotes",
            _("Line %(line)s: a quotation mark is not closed or is in the wrong place.") % {"line": lines.line_num},
        ) from error
    if not rows:
        raise FileUnreadable("file_without_rows", _("The file has no rows below its first line."))
    return rows


def decoded(data: bytes) -> str:
    """The file's text, of any size. Raises FileUnreadable where it is no text in UTF-8."""
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


def _delimiter(text: str, columns: Columns) -> str:
    """The delimiter that splits the first line into the known columns.

    If none does, the answer is a comma, and `_names` then refuses the first line.
    """
    first = text.lstrip("\r\n").splitlines()[:1]
    for delimiter in DELIMITERS:
        names = {columns.named(name.strip('"')) for name in "".join(first).split(delimiter)}
        if names.issuperset(columns.required):
            return delimiter
    return ","


def _names(header: list[str], columns: Columns) -> list[str]:
    """The names of the columns in their order, without the unnamed columns that spreadsheets add at the end.

    Raises FileUnreadable.
    """
    names = [columns.named(name) for name in header]
    while names and not names[-1]:
        names.pop()
    if not set(names).issuperset(columns.required):
        raise FileUnreadable(
            "file_without_columns", _("The first line must name the columns: %(names)s.") % {"names": columns}
        )
    for name in names:
        if name not in columns.required + columns.optional:
            raise FileUnreadable(
                "file_unknown_column",
                _("There is a column “%(name)s”. Please keep only %(names)s.") % {"name": name[:40], "names": columns},
            )
    if len(set(names)) < len(names):
        raise FileUnreadable("file_column_twice", _("The first line names a column twice."))
    return names


def _rows(lines: Lines, names: list[str], columns: Columns, *, by_commas: bool) -> Iterator[Line]:
    """The rows below the first line. Raises FileUnreadable."""
    before, count = lines.line_num, 0
    for cells in lines:
        number, before = before + 1, lines.line_num  # a quoted cell may have several lines: `line_num` is the last
        if not _says_something(cells):
            continue
        count += 1
        if count > MOST_ROWS:
            raise FileUnreadable("file_too_many_rows", _("There are more than 10,000 rows. Please split the file."))
        found = dict.fromkeys(columns.optional + columns.required, "") | {
            name: cell.strip() for name, cell in zip(names, cells, strict=False)
        }
        yield Line(number, found, has_too_many_cells=_says_something(cells[len(names) :]), by_commas=by_commas)


def _says_something(cells: list[str]) -> bool:
    return any(cell.strip() for cell in cells)
