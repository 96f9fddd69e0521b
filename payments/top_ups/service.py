"""Money coming in on trust, up to a daily cap; and what every kind of top-up shares."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db.models import Sum
from django.db.models.functions import Now, TruncDay

from accounts.models import User
from accounts.people.standing import require_may_move
from conversion.errors import NotPositive
from conversion.money import Money
from ledger.exchange import converted
from ledger.kinds import TransferKind
from ledger.models import Transfer, Wallet
from ledger.posting import Instruction, Leg, Posting, is_known, post
from ledger.timestamps import timestamp
from ledger.transactions import in_one_transaction
from ledger.wallets import system_wallet
from payments.owners import wallet_of

from .errors import OverTheDailyCap
from .kinds import TRUST, TRUST_TOP_UP
from .models import TopUp


def top_up_on_trust(*, member: User, amount: Money, key: UUID) -> Transfer:
    """The member says they paid in; nobody checked, and the row says so (`verified` is false).

    Raises OverTheDailyCap, NotPositive, AccountFrozen, KeyReused, Busy, ServiceDown.
    """
    wallet = wallet_to_fill(member, amount, TRUST_TOP_UP, maker=member, key=key)
    cap = _cap(wallet)
    trust = system_wallet(TRUST, wallet.currency_code)
    made_at = timestamp()

    def decide() -> Posting:
        posting = post_top_up(member, trust, wallet, amount, TRUST_TOP_UP, key, made_at)
        if posting.is_new:
            _require_within(cap, already=_taken_today(wallet), amount=amount)
            record(posting, wallet, amount, TopUp.Method.TRUST)
        return posting

    return booked(decide, wallet)


def left_today(member: User) -> tuple[Money, Money]:
    """The daily cap in the member's currency, and what of it is left. Raises ConversionDown."""
    wallet = wallet_of(member)
    cap = _cap(wallet)
    return cap, max(cap - _taken_today(wallet), Money(0, wallet.currency))


def wallet_to_fill(member: User, amount: Money, kind: TransferKind, *, maker: User, key: UUID) -> Wallet:
    """Raises NotPositive, AccountFrozen, RoleMissing."""
    if amount.minor <= 0:
        raise NotPositive
    _require_may_fill(member.pk, kind, maker=maker, key=key)
    wallet = wallet_of(member)
    assert wallet.currency == amount.currency
    return wallet


def post_top_up(
    maker: User, source: int, wallet: Wallet, amount: Money, kind: TransferKind, key: UUID, made_at: dt.datetime | None
) -> Posting:
    """Inside `in_one_transaction`: `amount` from the wallet with the id `source`.

    Raises AccountFrozen, RoleMissing, KeyReused.
    """
    _require_may_fill(wallet.owner_id, kind, maker=maker, key=key)  # it may have changed since the page was shown
    instruction = Instruction(key=key, kind=kind, legs=(Leg(source, wallet.pk, amount),))
    return post(instruction, made_by=maker.pk, made_at=made_at)


def record(posting: Posting, wallet: Wallet, amount: Money, method: TopUp.Method) -> None:
    """Writes what kind of money came in, beside its transfer."""
    TopUp.objects.create(
        transfer_id=posting.transfer_id,
        wallet=wallet,
        amount_minor=amount.minor,
        method=method,
        verified=method != TopUp.Method.TRUST,
    )


def booked(decide: Callable[[], Posting], wallet: Wallet) -> Transfer:
    """Runs the whole decision in its money transaction."""
    posting = in_one_transaction(decide, wallets=[wallet.pk])
    return Transfer.objects.get(pk=posting.transfer_id)


def _require_may_fill(member: int | None, kind: TransferKind, *, maker: User, key: UUID) -> None:
    known = partial(is_known, key, made_by=maker.pk)
    require_may_move(maker.pk, roles=kind.made_by_roles, payees=[member], unless=known)


def _cap(wallet: Wallet) -> Money:
    return converted(Money.of(*settings.TOP_UP_DAILY_CAP.split()), to=wallet.currency).target


def _taken_today(wallet: Wallet) -> Money:
    """Since midnight by the database's clock, in the installation's time zone.

    The wallet's lock is held, so two top-ups at once cannot both pass the cap.
    """
    taken = TopUp.objects.filter(wallet=wallet, method=TopUp.Method.TRUST, booked_at__gte=TruncDay(Now())).aggregate(
        minor=Sum("amount_minor", default=0)
    )
    return Money(int(taken["minor"]), wallet.currency)


def _require_within(cap: Money, *, already: Money, amount: Money) -> None:
    left = max(cap - already, Money(0, cap.currency))
    if amount > left:
        raise OverTheDailyCap(cap=cap, left=left)
