"""Databases for one experiment each, copied from a template that every run migrates once."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from functools import cache
from typing import Any

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from lab.scratch import NotMeasured
from runtime import roles
from wallet_site.settings import env
from web.deadlines import longer_deadlines

TEMPLATE = "bench_template"
MOST_TRIES = 50
PATIENCE_S = 600.0  # for a statement, on a busy machine


@contextlib.contextmanager
def scratch(name: str, *, migrated: bool = True) -> Iterator[str]:
    """Makes a database, yields its name, and drops it afterwards. The web role may connect.

    Without `migrated` it is empty. Raises NotMeasured where a database of this name cannot be dropped.
    """
    template = _template() if migrated else "template1"
    database = f"bench_{name}"
    drop(database)
    as_owner("postgres", f'CREATE DATABASE "{database}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    as_owner(database, *roles.database_statements(database)[:3])
    try:
        yield database
    finally:
        connection.close()
        drop(database)


@contextlib.contextmanager
def connected_to(database: str, *, owner: bool = False) -> Iterator[None]:
    """Meanwhile, Django's connection is to this database, as the web role or as the owner."""
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(NAME=database)
    if owner:
        connection.settings_dict.update({name: owner_address()[name] for name in ("USER", "PASSWORD")})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


@cache
def _template() -> str:
    """The name of the migrated template, made by every run: the code may have changed since the last one."""
    drop(TEMPLATE)
    as_owner("postgres", f'CREATE DATABASE "{TEMPLATE}"')
    as_owner(TEMPLATE, *roles.database_statements(TEMPLATE))
    with longer_deadlines(PATIENCE_S), connected_to(TEMPLATE, owner=True):
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
    return TEMPLATE


def drop(database: str) -> None:
    """Drops the database, if it exists. Raises NotMeasured where it cannot be dropped.

    The web role ends its own sessions first, since the owner may not end them.
    """
    for _ in range(MOST_TRIES):
        _run(
            settings.DATABASES["default"],
            "postgres",
            f"SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity WHERE datname = '{database}'"  # noqa: S608
            " AND usename = current_user",
        )
        try:
            as_owner("postgres", f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        except psycopg2.errors.InsufficientPrivilege:  # a session is still ending, or autovacuum is at work there
            time.sleep(0.2)
        else:
            return
    raise NotMeasured(f"{database} could not be dropped")


def as_owner(database: str, *statements: str) -> None:
    """Executes the statements as the owner role, each in a transaction of its own."""
    _run(owner_address(), database, *statements)


def ask_owner(database: str, question: str) -> tuple[Any, ...]:
    """The first row that the query returns, as the owner role."""
    with contextlib.closing(_session(owner_address(), database)) as session, session.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()


@cache
def owner_address() -> dict[str, Any]:
    return env.db_url("DATABASE_OWNER_URL")


def url_of(variable: str, database: str) -> str:
    """The address in the environment's `variable` (DATABASE_URL or DATABASE_OWNER_URL), with this database in it."""
    head, _, query = env.str(variable).partition("?")
    return f"{head.rpartition('/')[0]}/{database}?{query}"


def host_of(address: dict[str, Any]) -> str:
    return address.get("HOST") or address["OPTIONS"]["host"]


def _run(address: dict[str, Any], database: str, *statements: str) -> None:
    with (
        longer_deadlines(PATIENCE_S),
        contextlib.closing(_session(address, database)) as session,
        session.cursor() as cursor,
    ):
        for statement in statements:
            cursor.execute(statement)


def _session(address: dict[str, Any], database: str) -> Any:
    session = psycopg2.connect(
        host=host_of(address), user=address["USER"], password=address["PASSWORD"], dbname=database
    )
    session.autocommit = True  # also for what cannot run inside a transaction: CREATE DATABASE, VACUUM
    return session
