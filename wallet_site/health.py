"""Health checks: /livez (this process answers) and /readyz (the installation can move money now)."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

import psycopg2
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from conversion import client as conversion
from conversion.money import Money, currency
from timestamp_rpc import client as clock

PATIENCE_S = 2  # for a connection to the database

log = logging.getLogger(__name__)


@never_cache
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """The state of each part by its name; 503 unless all are well. The reason for a failure is only in the log."""
    parts = {"database": _is_well("database", _database)}
    if parts["database"]:  # otherwise the other checks would wait on a connection that does not answer
        parts |= {name: _is_well(name, check) for name, check in CHECKS.items()}
    return JsonResponse(
        {name: "ok" if well else "unavailable" for name, well in parts.items()},
        status=200 if all(parts.values()) else 503,
    )


def _is_well(name: str, check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:
        log.exception("not ready: %s", name)
        return False


def _database() -> bool:
    """Whether a new connection succeeds within PATIENCE_S seconds.

    Django's open connection is not used: it would wait as long as the server is silent.
    """
    address = connection.get_connection_params() | {"connect_timeout": PATIENCE_S}
    address.pop("cursor_factory", None)
    psycopg2.connect(**address).close()
    return True


def _migrations() -> bool:
    """Whether all migrations were applied."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _isolation() -> bool:
    """Whether a money transaction really runs at SERIALIZABLE."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
        cursor.execute("SHOW transaction_isolation")
        return cursor.fetchone() == ("serializable",)


def _clock() -> bool:
    """Whether the timestamp service answers with a time that a money transaction would accept."""
    told = clock.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    return abs(told - now) <= dt.timedelta(seconds=settings.TIMESTAMP_TOLERANCE_S)


def _conversion() -> bool:
    return bool(conversion.convert(Money.of("1", "GBP"), to=currency("EUR")).target)


CHECKS: dict[str, Callable[[], bool]] = {
    "migrations": _migrations,
    "isolation": _isolation,
    "clock": _clock,
    "conversion": _conversion,
}
