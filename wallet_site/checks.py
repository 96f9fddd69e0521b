"""This project's system checks: Django's `check` runs them before an installation starts."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, connections, transaction

from accounts.models import User

SENDS_NOTHING = {
    f"django.core.mail.backends.{name}.EmailBackend" for name in ("console", "dummy", "filebased", "locmem")
}
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


@register(Tags.security, deploy=True)
def mail_leaves_the_machine(**_: Any) -> list[CheckMessage]:
    if settings.MAIL_TRANSPORT not in SENDS_NOTHING or settings.ALLOW_CONSOLE_MAIL:
        return []
    return [
        Error(
            "EMAIL_URL names no mail server, so links that reset a password would be written to the log.",
            hint="Set EMAIL_URL, as smtp+tls://user:password@mail.example.org:587, or ALLOW_CONSOLE_MAIL=true.",
            id="wallet.E005",
        )
    ]


@register(Tags.security, deploy=True)
def nothing_is_like_a_demo(**_: Any) -> list[CheckMessage]:
    """Warns of each setting that is right for a demo, and seldom for money that people paid in."""
    like_a_demo = [
        (settings.DEMO, "DEMO is on: there are people with well-known passwords."),
        (settings.OPENING_GRANT != "0", f"OPENING_GRANT: each new member is given {settings.OPENING_GRANT}."),
        (
            settings.TOP_UP_DAILY_CAP != "0",
            f"TOP_UP_DAILY_CAP: members may top up {settings.TOP_UP_DAILY_CAP} a day, and nobody counts it.",
        ),
        (
            settings.ACCOUNT_EMAIL_VERIFICATION != "mandatory",
            f"EMAIL_VERIFICATION is {settings.ACCOUNT_EMAIL_VERIFICATION}: people need not confirm their addresses.",
        ),
        (settings.SIGN_UP == "open", "SIGN_UP is open: everybody who finds the page becomes a member."),
        (
            settings.WEBHOOKS_TO_PRIVATE,
            "WEBHOOKS_TO_PRIVATE is on: a member's webhook can reach this machine and its network.",
        ),
        (
            settings.MAIL_TRANSPORT in SENDS_NOTHING and settings.ALLOW_CONSOLE_MAIL,
            "ALLOW_CONSOLE_MAIL is on and EMAIL_URL names no mail server: mail is sent to nobody.",
        ),
        (
            not settings.STAFF_SECOND_FACTOR,
            "STAFF_SECOND_FACTOR is off: a password alone opens the pages of cashiers, treasurers and administrators.",
        ),
    ]
    return [
        Warning(text, id=f"wallet.W{number:03}") for number, (is_so, text) in enumerate(like_a_demo, start=1) if is_so
    ]
