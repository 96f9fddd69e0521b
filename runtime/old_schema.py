"""Data of a schema that cannot be brought along: found before anything is migrated, and left as they are."""

from __future__ import annotations

import contextlib

import psycopg2


def is_of_old_schema(url: str) -> bool:
    """Whether the database at `url` was made before the ledger had tables of its own (26 November 2026)."""
    with contextlib.closing(psycopg2.connect(url)) as session, session.cursor() as cursor:
        cursor.execute("SELECT to_regclass('payments_transfer') IS NOT NULL AND to_regclass('ledger_transfer') IS NULL")
        (is_old,) = cursor.fetchone()
    return is_old
