"""Applies the rooms' SQL after every migrate that finds it changed, as the owner; then opens the system wallets."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import connections, transaction

from conversion.money import CURRENCIES
from ledger.kinds import known_purposes

from .plugs import rooms, sql_files

GUARDS = Path(__file__).parent / "sql" / "guards.sql"  # first, since all the others use them


def files() -> list[Path]:
    """All SQL, in the order in which it is applied."""
    return [GUARDS, *(path for path in sql_files() if path != GUARDS)]


def install_sql(*, using: str, plan: Sequence[object] = (), **_: Any) -> None:
    """Signal handler of post_migrate. The hash of what was applied is the comment on schema `stripes`."""
    sql = "\n".join(path.read_text() for path in files())
    purposes = sorted(purpose for purpose in known_purposes.values() if purpose.of_the_system)
    wanted = hashlib.sha256(f"{sql}{sorted(CURRENCIES)}{purposes}".encode()).hexdigest()
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        if not _tables() <= set(connections[using].introspection.table_names(cursor)):
            return  # migrating a part, or back to nothing
        cursor.execute("SELECT obj_description(to_regnamespace('stripes'), 'pg_namespace')")
        if cursor.fetchone() == (wanted,) and not plan:
            return
        cursor.execute(sql)
        for code in sorted(CURRENCIES):
            for purpose in purposes:
                cursor.execute("SELECT ledger_create_wallet(NULL, %s, %s, false, NULL)", [purpose, code])
        cursor.execute(f"COMMENT ON SCHEMA stripes IS '{wanted}'")


def _tables() -> set[str]:
    """Those of all rooms: the SQL is about them."""
    return {model._meta.db_table for room in rooms() for model in room.get_models() if model._meta.managed}
