"""The database's roles and what each may do.

*owner* owns the tables and runs migrations. *web* is the role of every serving process: it reads and writes Django's
tables, and has on the ledger only the rights that `ledger/sql` grants. The server's superuser is used only to make the
roles and the database.
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
    "statement_timeout": "3s",
    "idle_in_transaction_session_timeout": "10s",
    "default_transaction_isolation": "read committed",
    "plan_cache_mode": "force_generic_plan",  # a prepared query (ledger/prepared.py) is planned once
}


def role_statements(*, owner_password: str, web_password: str, owner_makes_databases: bool = False) -> list[str]:
    """The statements that a superuser runs once on a server. The passwords are SQL expressions, already quoted."""
    make = "CREATEDB" if owner_makes_databases else "NOCREATEDB"
    limits = "NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS"
    return [
        *_create_role(OWNER),
        f"ALTER ROLE {OWNER} LOGIN {make} {limits} PASSWORD {owner_password}",
        *_create_role(WEB),
        f"ALTER ROLE {WEB} LOGIN NOCREATEDB {limits} PASSWORD {web_password}",
        f"ALTER ROLE {OWNER} SET idle_in_transaction_session_timeout = '60s'",  # an open one stops settling and sealing
        *(f"ALTER ROLE {WEB} SET {name} = '{value}'" for name, value in WEB_SETTINGS.items()),
    ]


def database_statements(database: str) -> list[str]:
    """The statements that the owner runs once in each of its databases, before the first migration."""
    return [
        f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC',
        f'GRANT CONNECT ON DATABASE "{database}" TO {WEB}',
        f"GRANT USAGE ON SCHEMA public TO {WEB}",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public"
        f" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {WEB}",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {WEB}",
    ]


def script(database: str = "wallet") -> str:
    """The set-up as a psql script, for a server that `./wallet run` does not start. psql asks for both passwords."""
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
    """Makes the roles and the database on a running server. Those that exist are kept, and get these passwords."""
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


if __name__ == "__main__":  # for containers: python -m runtime.roles
    set_up(
        superuser_url=os.environ["SUPERUSER_URL"],
        owner_password=os.environ["OWNER_PASSWORD"],
        web_password=os.environ["WEB_PASSWORD"],
    )
