"""This project's system checks: Django's `check` runs them before an installation starts."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, connections, transaction

from accounts.models import User

WELL_KNOWN = ("admin1", "demo")  # the passwords of the demo, which production refuses


@register(Tags.compatibility)
def driver_is_psycopg2(**_: Any) -> list[CheckMessage]:
    if importlib.util.find_spec("psycopg") is None:
        return []
    hint = "Uninstall psycopg 3: Django would use it without a message, and its isolation levels have other numbers."
    return [Error("psycopg 3 is installed beside psycopg2.", hint=hint, id="wallet.E001")]


@register(Tags.database)
def money_can_be_serializable(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    connection = connections["default"] if "default" in (databases or ()) else None
    if connection is None or connection.in_atomic_block:
        return []
    try:
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
            cursor.execute("SHOW transaction_isolation")
            found = cursor.fetchone()
    except DatabaseError as error:
        return [Error(f"The database does not answer: {error}", id="wallet.E003")]
    if found == ("serializable",):
        return []
    return [Error(f"A money transaction does not run at SERIALIZABLE: PostgreSQL says {found}.", id="wallet.E002")]


@register(Tags.database)
def no_demo_password_in_production(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    if settings.DEMO or "default" not in (databases or ()):
        return []
    try:
        if User._meta.db_table not in connections["default"].introspection.table_names():
            return []  # the first migration has not run yet
        with_rights = list(User.objects.filter(is_active=True).exclude(role="member"))
    except DatabaseError:
        return []  # the schema is older and will be migrated; the check runs again afterwards
    return [
        Error(
            f"{user.get_username()} ({user.role}) still has the demo's well-known password.",
            hint=f"Set another password: ./wallet changepassword {user.get_username()}",
            id="wallet.E004",
        )
        for user in with_rights
        if any(user.check_password(password) for password in WELL_KNOWN)
    ]
