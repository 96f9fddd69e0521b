"""What a request changed in the database: a digest of each table, before and after."""

from __future__ import annotations

from django.db import connection

# Tables that opening a page may write to, decided as harmless; with the reason.
HARMLESS = {
    "django_session": "a session's data and its end",
    "usersessions_usersession": "when and from where a session was last used",
    "web_allowance": "the limiter's counts",
    "api_use": "the counts of the rates of tokens",
    "api_call": "the log of a token's calls, for its owner",
    "django_cache": "allauth's limiter, the health page",
    "events_notification": "the page of notifications marks them as read",
}
HARMLESS_COLUMNS = {
    "accounts_apitoken": ("last_used_at", "last_network"),
    "accounts_user": ("last_login",),
    "outbox_endpoint": ("failing_since", "failures", "told_of_failure_at"),  # the messenger writes them
}
Fingerprint = dict[str, str]


def fingerprint(*, without: frozenset[str] = frozenset()) -> Fingerprint:
    """A digest of every table's rows, by the table's name, but for what is harmless and the tables in `without`."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT quote_ident(table_schema) || '.' || quote_ident(table_name), table_name
                 FROM information_schema.tables
                WHERE table_type = 'BASE TABLE'
                  AND table_schema NOT IN ('pg_catalog', 'information_schema', 'stripes')"""
        )
        return {
            name: _digest(cursor, whole, name)
            for whole, name in cursor.fetchall()
            if name not in HARMLESS and name not in without
        }


def changed(before: Fingerprint, after: Fingerprint) -> list[str]:
    return sorted(name for name in after if after[name] != before.get(name))


def _digest(cursor: object, whole: str, name: str) -> str:
    columns = list(HARMLESS_COLUMNS.get(name, ()))
    cursor.execute(  # type: ignore[attr-defined]  # Django's cursor has no type of its own
        f"SELECT count(*) || ':' || coalesce(sum(hashtextextended((to_jsonb(t) - %s::text[])::text, 0)), 0)"  # noqa: S608
        f" FROM {whole} t",
        [columns],
    )
    return str(cursor.fetchone()[0])  # type: ignore[attr-defined]
