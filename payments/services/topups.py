"""Money coming in: by the member on trust, up to a daily cap, or in cash by a cashier."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.db.models import Sum
from django.db.models.functions import Now, TruncDay

from conversion.money import Money
from payments import ledger, queries
from payments.db import in_one_transaction
from payments.exceptions import AccountFrozen, NotPositive, OverTheDailyCap
from payments.ledger import Instruction, Leg, Posting
from payments.models import Notification, TopUp, Transfer, Wallet

from .clock import stamp
from .exchange import converted
from .notifications import tell


def top_up_on_trust(*, member, amount: Money, key: UUID) -> Transfer:
    """The member says they paid in; nobody checked, and the row says so (`verified` is false).

    Raises OverTheDailyCap, NotPositive, KeyReused, Busy, ServiceDown.
    """
    wallet = _wallet_for(member, amount)
    cap = _cap(wallet)
    trust = ledger.house_wallet(Wallet.Purpose.TRUST, wallet.currency_code)
    made_at = stamp()

    def decide() -> Posting:
        posting = _post(member, trust, wallet, amount, Transfer.Kind.TRUST_TOP_UP, key, made_at)
        if posting.is_new:
            _require_within(cap, already=_taken_today(wallet), amount=amount)
            _record(posting, wallet, amount, TopUp.Method.TRUST)
        return posting

    return _booked(decide, wallet)


def left_today(member) -> tuple[Money, Money]:
    """The daily cap in the member's currency, and what of it is left. Raises ConversionDown."""
    wallet = queries.wallet_of(member)
    cap = _cap(wallet)
    return cap, max(cap - _taken_today(wallet), Money(0, wallet.currency))


def take_cash(*, cashier, member, amount: Money, key: UUID) -> Transfer:
    """The cashier put the member's cash into their drawer.

    Raises NotPositive, AccountFrozen, KeyReused, Busy, ServiceDown.
    """
    if cashier.frozen:
        raise AccountFrozen
    wallet = _wallet_for(member, amount)
    made_at = stamp()

    def decide() -> Posting:
        drawer = ledger.create_wallet(owner=cashier.pk, currency=wallet.currency_code, purpose=Wallet.Purpose.DRAWER)
        posting = _post(cashier, drawer, wallet, amount, Transfer.Kind.CASH_TOP_UP, key, made_at)
        if posting.is_new:
            _record(posting, wallet, amount, TopUp.Method.CASH)
            tell(
                member.pk,
                Notification.Kind.TOPPED_UP,
                actor=cashier.pk,
                amount=amount,
                transfer=posting.transfer_id,
            )
        return posting

    return _booked(decide, wallet)


def _wallet_for(member, amount: Money) -> Wallet:
    if amount.minor <= 0:
        raise NotPositive
    if member.frozen:
        raise AccountFrozen
    wallet = queries.wallet_of(member)
    assert wallet.currency == amount.currency
    return wallet


def _post(
    maker, source: int, wallet: Wallet, amount: Money, kind: str, key: UUID, made_at: dt.datetime | None
) -> Posting:
    instruction = Instruction(key=key, kind=kind, legs=(Leg(source, wallet.pk, amount),))
    return ledger.post(instruction, made_by=maker.pk, made_at=made_at)


def _record(posting: Posting, wallet: Wallet, amount: Money, method: TopUp.Method) -> None:
    TopUp.objects.create(
        transfer_id=posting.transfer_id,
        wallet=wallet,
        amount_minor=amount.minor,
        method=method,
        verified=method != TopUp.Method.TRUST,
    )


def _booked(decide: Callable[[], Posting], wallet: Wallet) -> Transfer:
    posting = in_one_transaction(decide, wallets=[wallet.pk])
    return Transfer.objects.get(pk=posting.transfer_id)


def _cap(wallet: Wallet) -> Money:
    return converted(Money.of(*settings.TOP_UP_DAILY_CAP.split()), to=wallet.currency).target


def _taken_today(wallet: Wallet) -> Money:
    """Since midnight by the database's clock, in the house's time zone. In line on the wallet nobody slips past it."""
    taken = TopUp.objects.filter(wallet=wallet, method=TopUp.Method.TRUST, booked_at__gte=TruncDay(Now())).aggregate(
        minor=Sum("amount_minor", default=0)
    )
    return Money(int(taken["minor"]), wallet.currency)


def _require_within(cap: Money, *, already: Money, amount: Money) -> None:
    left = max(cap - already, Money(0, cap.currency))
    if amount > left:
        raise OverTheDailyCap(cap=cap, left=left)
