"""The uploaded files as tables: an SQLite file, CSV files (one a table), or a zip file of those."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from treasury.errors import FileUnreadable
from treasury.tables import DELIMITERS, decoded

from . import databases
from .errors import ExportUnreadable
from .kitties import MOST_LINES, MOST_ROWS, Tables

MOST_UNPACKED = 20 * 1024 * 1024  # bytes of all files together; 100,000 transactions have about 10 MB
MOST_FILES = 20
MOST_COLUMNS = 30

File = tuple[str, bytes]  # the file's name, and what is in it


def read(files: Sequence[File], known: Mapping[str, frozenset[str]]) -> Tables:
    """The tables of the uploaded files. Of a database, only `known` tables and columns. Raises ExportUnreadable."""
    tables: dict[str, list[dict[str, str]]] = {}
    for name, data in list(_unpacked(files)):  # all sizes first, then what is in them
        found = databases.read(data, known) if data.startswith(databases.BEGINS) else _table(name, data)
        if twice := found.keys() & tables.keys():
            words = {"table": min(twice)[:60]}
            raise ExportUnreadable("export_unknown", _("There are two tables called “%(table)s”.") % words)
        tables |= found
        if sum(map(len, tables.values())) > MOST_ROWS:
            raise ExportUnreadable("export_too_many", _("There are more than 150,000 rows in all tables together."))
    return tables


def _table(name: str, data: bytes) -> dict[str, list[dict[str, str]]]:
    return {PurePosixPath(name).stem.lower(): list(_rows(data, name))}


def _unpacked(files: Sequence[File]) -> Iterator[File]:
    left = MOST_UNPACKED
    for name, data in files:
        for inner, content in _in_zip(data, left) if data.startswith(b"PK\x03\x04") else [(name, data)]:
            left -= len(content)
            if left < 0:
                raise _too_large()
            yield inner, content


def _in_zip(data: bytes, left: int) -> Iterator[File]:
    """The files of a zip file. What it says of their sizes is not trusted: no more than `left` is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) > MOST_FILES:
                raise _too_large()
            for member in members:
                with archive.open(member) as opened:
                    content = opened.read(left + 1)
                left -= len(content)  # below zero, the caller refuses the file and reads no further
                yield member.filename, content
    # RuntimeError: it has a password. The others are those of what it is packed with.
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise ExportUnreadable("export_damaged", _("The zip file cannot be unpacked.")) from error


def _rows(data: bytes, name: str) -> Iterator[dict[str, str]]:
    """The rows of a CSV file, whose first line names the columns. Raises ExportUnreadable."""
    try:
        text = decoded(data)
    except FileUnreadable as error:
        raise ExportUnreadable("export_damaged", f"{name[:60]}: {error}") from error
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = [cell.strip().lower() for cell in next((cells for cells in lines if any(cells)), [])]
        if not columns or len(columns) > MOST_COLUMNS:
            raise ExportUnreadable("export_unknown", _("The first line must name the columns."))
        count = 0
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            count += 1
            if count > MOST_LINES:
                raise ExportUnreadable("export_too_many", _("There are more than 100,000 rows in one table."))
            if len(cells) > len(columns) and any(cells[len(columns) :]):
                words = {"file": name[:60], "line": lines.line_num}
                raise ExportUnreadable(
                    "export_damaged",
                    _("%(file)s, line %(line)s has more cells than columns. Put an amount with a comma in quotes.")
                    % words,
                )
            yield dict.fromkeys(columns, "") | {
                column: _cell(cell) for column, cell in zip(columns, cells, strict=False)
            }
    except csv.Error as error:
        words = {"file": name[:60], "line": lines.line_num}
        raise ExportUnreadable(
            "export_damaged", _("%(file)s, line %(line)s: a quotation mark is in the wrong place.") % words
        ) from error


def _cell(cell: str) -> str:
    r"""The cell's text; nothing for what PostgreSQL and MySQL write for NULL."""
    return "" if cell.strip() in (r"\N", "NULL") else cell.strip()


def _too_large() -> ExportUnreadable:
    return ExportUnreadable("export_too_large", _("There is more in the file than 20 MB or 20 files."))
