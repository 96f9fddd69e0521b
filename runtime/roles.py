"""The database roles, in the one place that says what each may do.

*owner* has the tables and makes migrations; *web* is what every serving process connects as: it reads and writes
Django's tables, and of the ledger only what `ledger/sql` grants it. The server's superuser is used for nothing else.
"""

from __future__ import annotations

import contextlib
import os

import psycopg2
from psycopg2.extensions import QuotedString

OWNER = "wallet_owner"
WEB = "wallet_web"

WEB_SETTINGS = {
    "lock_timeout": "2s",
    "statement_timeout": "5s",
    "idle_in_transaction_session_timeout": "10s",
    "default_transaction_isolation": "read committed",
    "plan_cache_mode": "force_generic_plan",  # what is prepared (ledger/prepared.py) is planned once
}


def role_statements(*, owner_password: str, web_password: str, owner_makes_databases: bool = False) -> list[str]:
    """What a superuser runs once on a server. The passwords are SQL expressions, already quoted."""
    make = "CREATEDB" if owner_makes_databases else "NOCREATEDB"
    limits = "NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS"
    return [
        *_create_role(OWNER),
        f"ALTER ROLE {OWNER} LOGIN {make} {limits} PASSWORD {owner_password}",
        *_create_role(WEB),
        f"ALTER ROLE {WEB} LOGIN NOCREATEDB {limits} PASSWORD {web_password}",
        f"ALTER ROLE {OWNER} SET idle_in_transaction_session_timeout = '60s'",  # or nothing is settled and no seal made
        *(f"ALTER ROLE {WEB} SET {name} = '{value}'" for name, value in WEB_SETTINGS.items()),
    ]


def database_statements(database: str) -> list[str]:
    """What the owner runs once in each database it owns, before the first migration."""
    return [
        f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC',
        f'GRANT CONNECT ON DATABASE "{database}" TO {WEB}',
        f"GRANT USAGE ON SCHEMA public TO {WEB}",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public"
        f" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {WEB}",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {WEB}",
    ]


def script(database: str = "wallet") -> str:
    """The whole set-up as a psql script for a server somebody else runs; psql asks for the two passwords."""
    owner, web = (f":'{name}'" for name in ("owner_password", "web_password"))
    roles = role_statements(owner_password=owner, web_password=web)
    parts = [
        "-- Run as the server's superuser:  psql -d postgres -v ON_ERROR_STOP=1 -f roles.sql",
        r"\prompt 'Password for wallet_owner: ' owner_password",
        r"\prompt 'Password for wallet_web: ' web_password",
        *(f"{statement};" for statement in roles),
        f'CREATE DATABASE "{database}" OWNER {OWNER};',
        rf"\connect {database}",
        f"SET ROLE {OWNER};",
        *(f"{statement};" for statement in database_statements(database)),
        "-- Then: DATABASE_URL=postgres://wallet_web:…@host/… and, for migrations only, DATABASE_OWNER_URL=…",
    ]
    return "\n".join(parts) + "\n"


def _create_role(name: str) -> list[str]:
    return [
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}')"
        f" THEN CREATE ROLE {name}; END IF; END $$"
    ]


def set_up(*, superuser_url: str, owner_password: str, web_password: str, database: str = "wallet") -> None:
    """Makes roles and database on a running server; what exists stays, with these passwords."""
    statements = role_statements(owner_password=_literal(owner_password), web_password=_literal(web_password))
    with contextlib.closing(psycopg2.connect(superuser_url)) as session:
        session.autocommit = True
        with session.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
            if cursor.fetchone() is None:
                cursor.execute(f'CREATE DATABASE "{database}" OWNER {OWNER}')
    session = psycopg2.connect(superuser_url, dbname=database)
    with contextlib.closing(session), session, session.cursor() as cursor:
        cursor.execute(f"SET ROLE {OWNER}")
        for statement in database_statements(database):
            cursor.execute(statement)


def _literal(text: str) -> str:
    return QuotedString(text).getquoted().decode()


if __name__ == "__main__":  # python -m runtime.roles, for containers
    set_up(
        superuser_url=os.environ["SUPERUSER_URL"],
        owner_password=os.environ["OWNER_PASSWORD"],
        web_password=os.environ["WEB_PASSWORD"],
    )
