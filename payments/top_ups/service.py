"""Top-ups on trust, up to a daily cap, and the functions that top-ups in cash share with them."""

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
from ledger.transactions import WithIt, in_one_transaction
from ledger.wallets import system_wallet
from payments.owners import wallet_of

from .errors import OverTheDailyCap, TopUpsAreOff
from .kinds import TRUST, TRUST_TOP_UP
from .models import TopUp


def are_on() -> bool:
    """Whether members may top up on trust at all, by TOP_UP_DAILY_CAP."""
    return settings.TOP_UP_DAILY_CAP != "0"


def top_up_on_trust(*, member: User, amount: Money, key: UUID, with_it: WithIt[Posting] | None = None) -> Transfer:
    """Credits what the member says they paid in. Nobody checks it, so the row's `verified` is false.

    `amount` is in the member's currency. `with_it` is written in the same transaction.
    Raises TopUpsAreOff, OverTheDailyCap, NotPositive, AccountFrozen, KeyReused, Busy, InDoubt, ServiceDown.
    """
    if not are_on():
        raise TopUpsAreOff
    wallet = wallet_to_fill(member, amount, TRUST_TOP_UP, maker=member, key=key)
    cap = _cap(wallet)  # asks the conversion service, so it comes before the transaction
    trust = system_wallet(TRUST, wallet.currency_code)
    made_at = timestamp()

    def decide() -> Posting:
        posting = post_top_up(member, trust, wallet, amount, TRUST_TOP_UP, key, made_at)
        if posting.is_new:  # a repeated key passed the cap and was recorded the first time
            # Raising here rolls the posting back, so nothing is booked beyond the cap.
            _require_within(cap, already=_taken_today(wallet), amount=amount)
            record(posting, wallet, amount, TopUp.Method.TRUST)
        return posting

    return booked(decide, wallet, with_it=with_it)


def left_today(member: User) -> tuple[Money, Money]:
    """Returns the daily cap in the member's currency, and how much of it is left. Raises ConversionDown."""
    wallet = wallet_of(member)
    cap = _cap(wallet)
    return cap, max(cap - _taken_today(wallet), Money(0, wallet.currency))


def wallet_to_fill(member: User, amount: Money, kind: TransferKind, *, maker: User, key: UUID) -> Wallet:
    """Returns the member's wallet, after the checks that need no transaction.

    Raises NotPositive, AccountFrozen, RoleMissing, OwnAccount, and NotFound if the wallet is not opened yet.
    """
    if amount.minor <= 0:
        raise NotPositive
    _require_may_fill(member.pk, kind, maker=maker, key=key)
    wallet = wallet_of(member)
    assert wallet.currency == amount.currency
    return wallet


def post_top_up(
    maker: User, source: int, wallet: Wallet, amount: Money, kind: TransferKind, key: UUID, made_at: dt.datetime | None
) -> Posting:
    """Books the top-up from the system wallet or drawer with the id `source`. Only inside `in_one_transaction`.

    Raises AccountFrozen, RoleMissing, OwnAccount, KeyReused.
    """
    # Again: standing or role may have changed since the first check.
    _require_may_fill(wallet.owner_id, kind, maker=maker, key=key)
    instruction = Instruction(key=key, kind=kind, legs=(Leg(source, wallet.pk, amount),))
    return post(instruction, made_by=maker.pk, made_at=made_at)


def record(posting: Posting, wallet: Wallet, amount: Money, method: TopUp.Method) -> None:
    """Stores the method of the top-up, and whether it was verified. Only in the transaction that books it."""
    TopUp.objects.create(
        transfer_id=posting.transfer_id,
        wallet=wallet,
        amount_minor=amount.minor,
        method=method,
        verified=method != TopUp.Method.TRUST,
    )


def booked(decide: Callable[[], Posting], *wallets: Wallet, with_it: WithIt[Posting] | None = None) -> Transfer:
    """Runs `decide` in one money transaction that locks `wallets`. Returns the booked transfer.

    The member's wallet must be among them. The source is append-only, so its row does not change and needs no lock,
    unless `decide` counts what it has paid out.
    """
    posting = in_one_transaction(decide, wallets=[wallet.pk for wallet in wallets], with_it=with_it)
    return Transfer.objects.get(pk=posting.transfer_id)


def _require_may_fill(member: int | None, kind: TransferKind, *, maker: User, key: UUID) -> None:
    """Raises AccountFrozen, RoleMissing, OwnAccount; not for a known key, which gets its first result again."""
    known = partial(is_known, key, made_by=maker.pk)
    require_may_move(maker.pk, roles=kind.made_by_roles, payees=[member], unless=known)


def _cap(wallet: Wallet) -> Money:
    return converted(Money.of(*settings.TOP_UP_DAILY_CAP.split()), to=wallet.currency).target


def _taken_today(wallet: Wallet) -> Money:
    """Returns what the wallet was topped up on trust since midnight, by the database's clock.

    Midnight is that of the installation's time zone. Inside the money transaction the wallet is locked, so two top-ups
    at the same time cannot both pass the cap.
    """
    taken = TopUp.objects.filter(wallet=wallet, method=TopUp.Method.TRUST, booked_at__gte=TruncDay(Now())).aggregate(
        minor=Sum("amount_minor", default=0)
    )
    return Money(int(taken["minor"]), wallet.currency)


def _require_within(cap: Money, *, already: Money, amount: Money) -> None:
    left = max(cap - already, Money(0, cap.currency))
    if amount > left:
        raise OverTheDailyCap(cap=cap, left=left)
