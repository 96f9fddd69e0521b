"""Recognizing data of an older schema that has no migration, before anything is migrated. The data is not changed."""

from __future__ import annotations

import contextlib

import psycopg2


def is_of_old_schema(url: str) -> bool:
    """Whether the database at `url` was made before the tables and indexes had their present names (November 2026)."""
    with contextlib.closing(psycopg2.connect(url)) as session, session.cursor() as cursor:
        cursor.execute(
            """SELECT to_regclass('payments_transfer') IS NOT NULL OR to_regclass('ledger_stamp') IS NOT NULL
                   OR to_regclass('user_email_once_whatever_the_case') IS NOT NULL"""
        )
        (is_old,) = cursor.fetchone()
    return is_old
