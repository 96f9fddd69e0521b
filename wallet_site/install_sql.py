"""Applies the rooms' SQL, if it has changed, after `migrate`, as the database's owner.

Creates the system wallets, and writes down which installation a new database belongs to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from conversion.money import CURRENCIES
from ledger import installations
from ledger.kinds import known_purposes

from .plugs import rooms, sql_files

GUARDS = Path(__file__).parent / "sql" / "guards.sql"  # applied first, since the SQL of all rooms uses it


def files() -> list[Path]:
    """All SQL files, in the order in which they are applied."""
    return [GUARDS, *(path for path in sql_files() if path != GUARDS)]


def install_sql(*, using: str, plan: Sequence[object] = (), **_: Any) -> None:
    """Handles the signal post_migrate. The comment on the schema `stripes` has the hash of what was applied last.

    The hash covers the SQL, the currencies and the purposes of system wallets. Raises ImproperlyConfigured where the
    installation's own unit had another number of decimals.
    """
    sql = "\n".join(path.read_text() for path in files())
    purposes = sorted(purpose for purpose in known_purposes.values() if purpose.of_the_system)
    wanted = hashlib.sha256(f"{sql}{sorted(map(repr, CURRENCIES.values()))}{purposes}".encode()).hexdigest()
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        if not _tables() <= set(connections[using].introspection.table_names(cursor)):
            return  # some tables are missing: only a part was migrated, or the migrations were undone
        cursor.execute("SELECT obj_description(to_regnamespace('stripes'), 'pg_namespace')")
        if cursor.fetchone() == (wanted,) and not plan:  # after any migration the SQL is applied again
            return
        cursor.execute(sql)
        _write_own_unit_down(cursor)
        for code in sorted(CURRENCIES):
            for purpose in purposes:
                cursor.execute("SELECT ledger_create_wallet(NULL, %s, %s, false, NULL)", [purpose, code])
        if installations.owner(cursor) is None:
            cursor.execute("INSERT INTO ledger_installation (code) VALUES (%s)", [settings.INSTALLATION_ID])
        cursor.execute(f"COMMENT ON SCHEMA stripes IS '{wanted}'")


def _write_own_unit_down(cursor: CursorWrapper) -> None:
    """Stores the installation's own unit, since some day the settings may no longer name it."""
    if not settings.OWN_UNIT:
        return
    unit = CURRENCIES[settings.OWN_UNIT]
    cursor.execute(
        """INSERT INTO conversion_ownunit (code, decimals, name) VALUES (%s, %s, %s)
               ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name RETURNING decimals""",
        [unit.code, unit.exponent, unit.name],
    )
    (decimals,) = cursor.fetchone()
    if decimals != unit.exponent:
        raise ImproperlyConfigured(
            f"OWN_UNIT_DECIMALS={unit.exponent}: {unit.code} has had {decimals} since its first wallet. With another"
            " number, every amount would become another one"
        )


def _tables() -> set[str]:
    """The tables of all rooms, which the SQL needs."""
    return {model._meta.db_table for room in rooms() for model in room.get_models() if model._meta.managed}
