"""The rates of this installation: which rate counts now, whence it is, and whether it is too old.

With RATES_SOURCE=default they are the built-in ones. Otherwise they are in the database, which the conversion service
reads anew for each answer. So an answer never mixes two states of the table, and nothing that is cached differs between
processes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now

from .models import Rate
from .money import CURRENCIES, Currency
from .rates import PER_PIVOT, PIVOT

BUILT_IN = "default"


class NoRate(Exception):
    """The currency has no rate at all: it is a unit that was closed."""


class TooOld(Exception):
    """A rate is older than RATES_STALE_AFTER_HOURS. `currency` says which."""

    def __init__(self, currency: Currency) -> None:
        self.currency = currency
        super().__init__(currency.code)


@dataclass(frozen=True, slots=True)
class Known:
    """The rate of a currency that counts now. `row` is None for a built-in one.

    `age` is counted from the source's own date, by the database's clock; None: built in. `limit` is the age from which
    it is too old; None: never.
    """

    currency: Currency
    per_pivot: Fraction
    row: Rate | None
    age: dt.timedelta | None
    limit: dt.timedelta | None

    @property
    def is_old(self) -> bool:
        """A built-in rate has no date, so where there is a limit it is always too old."""
        return self.limit is not None and (self.age is None or self.age > self.limit)


def rate_between(source: Currency, target: Currency) -> Fraction:
    """How many units of `target` one unit of `source` is worth now. Raises NoRate, TooOld."""
    if source == target:
        return Fraction(1)
    source_rate, target_rate = known([source, target])
    if settings.RATES_WHEN_STALE == "refuse":
        for each in (source_rate, target_rate):
            if each.is_old:
                raise TooOld(each.currency)
    return target_rate.per_pivot / source_rate.per_pivot


def known(currencies: Iterable[Currency] | None = None) -> list[Known]:
    """The rates that count now, of these currencies or of all, in their order. One statement reads them all.

    Raises NoRate.
    """
    wanted = list(CURRENCIES.values() if currencies is None else currencies)
    if is_built_in():
        return [_built_in(currency) for currency in wanted]
    counting = Rate.objects.filter(is_refused=False, currency_code__in=[each.code for each in wanted])
    newest = counting.order_by("currency_code", "-id").distinct("currency_code").annotate(age=Now() - F("dated"))
    rows = {row.currency_code: (row, row.age) for row in newest}
    return [_stored(each, *rows[each.code]) if each.code in rows else _built_in(each) for each in wanted]


def waiting() -> list[Rate]:
    """The refused rates that nobody has confirmed, and after which none came, in the order of their currencies."""
    newest = (
        Rate.objects.filter(currency_code__in=CURRENCIES).order_by("currency_code", "-id").distinct("currency_code")
    )
    return [row for row in newest if row.is_refused]


def is_built_in() -> bool:
    return settings.RATES_SOURCE == BUILT_IN


def _stored(currency: Currency, row: Rate, age: dt.timedelta) -> Known:
    return Known(currency, row.per_pivot, row, age, _limit(currency))


def _built_in(currency: Currency) -> Known:
    if currency.code not in PER_PIVOT:
        raise NoRate(currency.code)
    return Known(currency, Fraction(PER_PIVOT[currency.code]), None, None, _limit(currency))


def _limit(currency: Currency) -> dt.timedelta | None:
    """From which age a rate is too old.

    The rate of the pivot is 1, and that of a unit that only this installation knows is what it says: they do not age.
    """
    if is_built_in() or currency.code == PIVOT or not currency.is_iso or not settings.RATES_STALE_AFTER_HOURS:
        return None
    return dt.timedelta(hours=settings.RATES_STALE_AFTER_HOURS)
