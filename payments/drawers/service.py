"""Cashiers' drawers, and what a cashier may take alone. The cash desk and the tills of the shop both fill them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings

from accounts.models import User
from conversion.money import Currency, Money
from ledger.exchange import converted
from ledger.models import Wallet
from ledger.wallets import balance_at, balance_of, create_wallet
from payments.days import midnight

from .errors import OverCashLimit
from .kinds import DRAWER


@dataclass(frozen=True, slots=True)
class Limits:
    """What a cashier may take alone, in the drawer's currency: at once, and in the day that began at `midnight`."""

    per_taking: Money
    per_day: Money
    midnight: dt.datetime


def drawer_of(cashier: User, currency: str) -> Wallet:
    """The cashier's drawer in this currency. It is made with the first cash, before the transaction that locks it."""
    return Wallet.objects.get(pk=create_wallet(owner=cashier.pk, currency=currency, purpose=DRAWER))


def limits_in(unit: Currency) -> Limits:
    """The limits in this currency, at today's rate. Raises ConversionDown where they are set in another one."""
    per_taking, per_day = (
        converted(Money.of(*text.split()), to=unit).target for text in (settings.CASH_PER_TAKING, settings.CASH_PER_DAY)
    )
    return Limits(per_taking, per_day, midnight())


def taken_since(drawer: Wallet, moment: dt.datetime) -> Money:
    """What the drawer took since `moment`, without what was undone. Its balance falls by what it takes."""
    return balance_at(drawer, moment) - balance_of(drawer)


def require_within(limits: Limits, amount: Money, *, taken: Money) -> None:
    """`taken` is what the drawer has taken today, with `amount`. Raises OverCashLimit."""
    if amount > limits.per_taking:
        raise OverCashLimit(limits.per_taking, is_of_the_day=False)
    if taken > limits.per_day:
        raise OverCashLimit(limits.per_day, is_of_the_day=True)


@dataclass(frozen=True, slots=True)
class InDrawer:
    """The cash in one of a cashier's drawers by the books, and how much of it came in today."""

    cash: Money
    today: Money


def in_drawer(cashier: User) -> list[InDrawer]:
    """One for each currency that the cashier took. What is really in the box is counted by people."""
    drawers = Wallet.objects.filter(owner=cashier, purpose=DRAWER).order_by("currency_code")
    return [InDrawer(-balance_of(drawer), taken_since(drawer, midnight())) for drawer in drawers]
