"""Asks the conversion service, over HTTP, and believes only an answer that makes sense."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import requests
from django.conf import settings

from .money import LARGEST_MINOR, Currency, Money

_local = threading.local()


class ConversionUnavailable(Exception):
    """No answer within CONVERSION_TIMEOUT_S, or none that makes sense."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """`source` is worth `target`; `rate` is units of the target's currency for one of the source's."""

    source: Money
    target: Money
    rate: Decimal


def convert(money: Money, *, to: Currency) -> Conversion:
    """What `money` is worth in `to`, rounded down. Raises ConversionUnavailable."""
    if to == money.currency:
        return Conversion(money, money, Decimal(1))
    worth, rate = _ask(money, to)
    return Conversion(money, worth, rate)


def cost_of(target: Money, *, in_: Currency) -> Conversion:
    """What must be paid in `in_` so that exactly `target` arrives, rounded up. Raises ConversionUnavailable."""
    if in_ == target.currency:
        return Conversion(target, target, Decimal(1))
    cost, rate = _ask(target, in_, rounding="up")
    return Conversion(cost, target, 1 / rate)


def _ask(money: Money, to: Currency, **query: str) -> tuple[Money, Decimal]:
    url = f"{settings.CONVERSION_URL}/conversion/{money.code}/{to.code}/{money.decimal:f}"
    try:
        answer = _session().get(url, params=query, timeout=settings.CONVERSION_TIMEOUT_S, allow_redirects=False)
        if answer.status_code != 200 or len(answer.content) > 10_000:
            raise ConversionUnavailable(f"status {answer.status_code}")
        return _understood(answer.json(), money, to)
    except (requests.RequestException, ValueError, KeyError, TypeError, InvalidOperation) as error:
        raise ConversionUnavailable(str(error)) from error


def _understood(answer: Any, money: Money, to: Currency) -> tuple[Money, Decimal]:
    """Raises ValueError, KeyError, TypeError or InvalidOperation where the answer is not one to this question."""
    if (answer["from"], answer["to"], Decimal(answer["amount"])) != (money.code, to.code, money.decimal):
        raise ValueError("an answer to another question")
    worth, rate = Money.of(answer["converted_amount"], to.code), Decimal(answer["rate"])
    if not 0 <= worth.minor <= LARGEST_MINOR or not rate.is_finite() or rate <= 0:
        raise ValueError("an impossible amount or rate")
    step = Decimal(1).scaleb(-to.exponent)
    if abs(worth.decimal - money.decimal * rate) > step + money.decimal * rate * Decimal("1e-8"):
        raise ValueError("the amount does not follow from the rate")
    return worth, rate


def _session() -> requests.Session:
    if not hasattr(_local, "session"):
        _local.session = requests.Session()
        _local.session.trust_env = False  # no proxy or .netrc of the machine's comes between
    return _local.session
