"""Reading an SQLite file that somebody has uploaded: only SELECT, only of known columns of ordinary tables.

The file is a stranger's, so nothing in it is trusted. It is opened in memory, where there is nothing to write to.
Views and virtual tables are not read, functions in its schema do not run (`trusted_schema`), and an authorizer refuses
every action but reading. A limit of time ends a query that a hostile schema makes endless.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing

from django.utils.translation import gettext as _

from .errors import ExportUnreadable
from .kitties import MOST_LINES, MOST_ROWS

BEGINS = b"SQLite format 3\0"
MOST_SECONDS = 5.0
LONGEST_CELL = 4_000  # bytes
CHECKED_EVERY = 5_000  # instructions of SQLite's machine

ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}


def read(data: bytes, known: Mapping[str, frozenset[str]]) -> dict[str, list[dict[str, str]]]:
    """The `known` tables that the file has, with those of their known columns that it has. Raises ExportUnreadable."""
    try:
        with closing(_opened(data)) as connection:
            tables: dict[str, list[dict[str, str]]] = {}
            for name in _tables(connection):
                if name in known:
                    tables[name] = list(_rows(connection, name, known[name]))
                if sum(map(len, tables.values())) > MOST_ROWS:
                    raise ExportUnreadable(
                        "export_too_many", _("There are more than 150,000 rows in all tables together.")
                    )
            return tables
    except sqlite3.Error as error:
        raise ExportUnreadable(
            "export_damaged", _("The database cannot be read. Please make the copy again with “.backup”.")
        ) from error


def _opened(data: bytes) -> sqlite3.Connection:
    # Bytes 18 and 19 say whether a write-ahead log belongs to the file. There is none in memory, so it could not be
    # opened; what such a log had is not in this file anyway.
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.deserialize(data[:18] + b"\x01\x01" + data[20:])
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 1_000_000)
    stop_at = time.monotonic() + MOST_SECONDS
    connection.set_progress_handler(lambda: time.monotonic() > stop_at, CHECKED_EVERY)
    connection.text_factory = lambda cell: cell[:LONGEST_CELL].decode("utf-8", "replace")
    connection.set_authorizer(
        lambda action, *_: (
            sqlite3.SQLITE_OK if action in ALLOWED or action == sqlite3.SQLITE_PRAGMA else sqlite3.SQLITE_DENY
        )
    )
    return connection


def _tables(connection: sqlite3.Connection) -> list[str]:
    """The ordinary tables. A view has another type, and a virtual table has no page of its own."""
    found = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0")
    return [name for (name,) in found]


def _rows(connection: sqlite3.Connection, table: str, known: frozenset[str]) -> Iterator[dict[str, str]]:
    # The names of table and columns are of `known`, so nothing of the file gets into the statement.
    there = [name for _cid, name, *_rest in connection.execute(f'PRAGMA table_info("{table}")') if name in known]
    if not there:
        return
    quoted = ", ".join(f'"{name}"' for name in there)
    found = connection.execute(f'SELECT {quoted} FROM "{table}" ORDER BY rowid')  # noqa: S608 - known names alone
    for count, cells in enumerate(found, start=1):
        if count > MOST_LINES:
            raise ExportUnreadable("export_too_many", _("There are more than 100,000 rows in one table."))
        yield {name.lower(): _text(cell) for name, cell in zip(there, cells, strict=True)}


def _text(cell: str | int | float | bytes | None) -> str:
    """The value as text; nothing for NULL and for bytes, which are no text."""
    return "" if cell is None or isinstance(cell, bytes) else str(cell)
