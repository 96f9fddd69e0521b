"""Adds rates to the table: those of a document, one that a person set, and one that a person confirmed.

All of them take turns, so that each is compared with the one that counts at that moment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.conf import settings
from django.db import connection, transaction

from .documents import Document, Unusable
from .models import Rate
from .money import CURRENCIES, Currency
from .rates import PIVOT
from .table import Known, known, waiting

TURN = 0x7261_7465  # the advisory lock: "rate"
CLOCKS_DIFFER_BY = dt.timedelta(days=1)


class NotWaiting(Exception):
    """The rate is not refused, or another one came after it."""


@dataclass(frozen=True, slots=True)
class Stored:
    """The new rows of one document. Both are empty where the table had it already, or has something newer."""

    counting: list[Rate]
    refused: list[Rate]


def store(document: Document) -> Stored:
    """Stores what is new in the document. Raises Unusable where its date is in the future."""
    with _in_turn() as now:
        if document.dated > now + CLOCKS_DIFFER_BY:
            raise Unusable("the date of the document is in the future")
        rows = [row for each in known() if (row := _row(document, each))]
        Rate.objects.bulk_create(rows)
    return Stored([row for row in rows if not row.is_refused], [row for row in rows if row.is_refused])


def set_rate(currency: Currency, *, per_pivot: Decimal, made_by: int) -> Rate:
    """Stores the rate that the person with the id `made_by` set: how many units of the currency one pound is worth.

    It is refused as a fetched one is where it moves too far, and then waits for somebody else.
    """
    with _in_turn() as now:
        (before,) = known([currency])
        return Rate.objects.create(
            currency_code=currency.code,
            units=per_pivot,
            pivot_units=1,
            source=Rate.Source.STAFF,
            dated=now,
            made_by_id=made_by,
            is_refused=moves_too_far(before.per_pivot, Fraction(per_pivot)),
        )


def confirm(refused: Rate, *, made_by: int) -> Rate:
    """Lets a refused rate count. Raises NotWaiting."""
    with _in_turn():
        if refused not in waiting():
            raise NotWaiting
        same = {name: getattr(refused, name) for name in ("currency_code", "units", "pivot_units", "source", "dated")}
        return Rate.objects.create(**same, made_by_id=made_by, confirms=refused)


def moves_too_far(before: Fraction, after: Fraction) -> bool:
    """Whether one of the two is more than RATES_BAND_PERCENT above the other."""
    return max(before, after) > min(before, after) * Fraction(100 + settings.RATES_BAND_PERCENT, 100)


@contextmanager
def _in_turn() -> Iterator[dt.datetime]:
    """A transaction that waits for the one before it. Gives the time of the database's clock."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])
            cursor.execute("SELECT clock_timestamp()")
            (now,) = cursor.fetchone()
        yield now


def _row(document: Document, before: Known) -> Rate | None:
    """The row of one currency; None where the document has no rate of it, or none that is newer."""
    code = before.currency.code
    if code == PIVOT or code not in document.per_base or not CURRENCIES[code].is_iso:
        return None
    if (before.row and document.dated <= before.row.dated) or _is_stored(document, code):
        return None
    row = Rate(
        currency_code=code,
        units=document.per_base[code],
        pivot_units=document.per_base[PIVOT],
        source=document.source,
        dated=document.dated,
    )
    row.is_refused = moves_too_far(before.per_pivot, row.per_pivot)
    return row


def _is_stored(document: Document, code: str) -> bool:
    of_it = Rate.objects.filter(source=document.source, dated=document.dated, confirms=None)
    return of_it.filter(currency_code=code).exists()
