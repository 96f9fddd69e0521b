"""Whether anything changed: the number and the content of the rows that people's requests write."""

from __future__ import annotations

from functools import cache

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import connection
from django.db.models import Model

from api.models import Call, Use
from events.models import Event, Listener
from ledger.models import Entry, Hold, Transfer
from outbox.models import Endpoint, Preference
from shop.models import KioskChoice, KioskDevice, Tag, UnknownTag, Visit, VisitAct

ROOMS = ("api", "events", "accounts", "payments", "treasury")
# Of the ledger, what the worker does not write meanwhile. Every amount is an entry or a hold.
MODELS: tuple[type[Model], ...] = (Transfer, Entry, Hold, EmailAddress, Authenticator, Endpoint, Preference)
KIOSKS: tuple[type[Model], ...] = (KioskChoice, KioskDevice, Tag, UnknownTag, Visit, VisitAct)
THE_MESSENGERS = (Event, Listener)  # it counts and deletes what happened, a moment after the request
COUNTS = (Call, Use)  # of a token's requests, also of refused ones
# Columns that say when a token or a session came, and those that the messenger writes while it sends a letter.
NOTED = (
    "last_used_at",
    "last_network",
    "last_login",
    "lease_until",
    "attempts",
    "last_error",
    "sent_at",
    "text",
    "html",
    "headers",
    "failures",
    "failing_since",
    "told_of_failure_at",
    "mail_due_at",
)
# The messenger writes letters of what happened a moment ago, each with a key.
CONDITIONS = {"events_mail": "key IS NULL"}


def fingerprint() -> dict[str, tuple[int, int]]:
    """The rows of each table, and the sum of their hashes."""
    with connection.cursor() as cursor:
        cursor.execute(_question())
        return {table: (rows, content) for table, rows, content in cursor.fetchall()}


def changes_since(before: dict[str, tuple[int, int]]) -> list[str]:
    """The tables whose rows are others now."""
    return [table for table, now in fingerprint().items() if before[table] != now]


@cache
def _question() -> str:
    rooms = (model for room in ROOMS for model in apps.get_app_config(room).get_models())
    models = [*MODELS, *KIOSKS, *(model for model in rooms if model not in (*THE_MESSENGERS, *COUNTS))]
    row = "to_jsonb(t) - '{{{1}}}'::text[]"
    one = f"SELECT '{{0}}', count(*), coalesce(sum(hashtext(({row})::text)::bigint), 0) FROM {{0}} t WHERE {{2}}"  # noqa: S608 - names of our own tables
    tables = (model._meta.db_table for model in models)
    return " UNION ALL ".join(one.format(table, ",".join(NOTED), CONDITIONS.get(table, "true")) for table in tables)
