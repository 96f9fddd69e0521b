"""Booking the cash that a cashier takes from a member, up to the cashier's limits; above them with a second person."""

from __future__ import annotations

import datetime as dt
from functools import partial
from uuid import UUID

from django.db.models.functions import Now

from accounts.models import User
from accounts.people.roles import CASH_DESK
from accounts.people.standing import may_not_move, require_may_move, require_two
from conversion.errors import KeyReused
from conversion.money import Money
from events.notices import tell
from ledger.models import Transfer, Wallet
from ledger.posting import Posting, is_known
from ledger.timestamps import timestamp
from ledger.transactions import in_one_transaction
from payments.drawers.errors import OverCashLimit
from payments.drawers.kinds import DRAWER
from payments.drawers.service import drawer_of, limits_in, require_within, taken_since
from payments.models import TopUp
from payments.top_ups.service import booked, post_top_up, record, wallet_to_fill

from .errors import CashierBarred, ProposalExpired, ProposalIsClosed, SecondPersonNeeded
from .kinds import CASH_CONFIRMED, CASH_DECLINED, CASH_EXPIRED, CASH_TOP_UP, TOPPED_UP
from .models import LIFE, CashProposal

Status = CashProposal.Status


def take_cash(*, cashier: User, member: User, amount: Money, key: UUID) -> Transfer:
    """Credits the member's wallet with cash that the cashier has put into the drawer. Returns the transfer.

    `amount` is in the currency of the member's wallet. The same `key` books once for this cashier.
    Raises OverCashLimit, NotPositive, AccountFrozen, RoleMissing, OwnAccount, KeyReused, Busy, ServiceDown.
    """
    wallet = wallet_to_fill(member, amount, CASH_TOP_UP, maker=cashier, key=key)
    limits, made_at = limits_in(wallet.currency), timestamp()
    if not is_known(key, made_by=cashier.pk):
        require_within(limits, amount, taken=amount)  # first, so that what is refused makes no drawer
    drawer = drawer_of(cashier, wallet.currency_code)

    def decide() -> Posting:
        posting = _post(cashier, drawer, wallet, amount, key, made_at)
        if posting.is_new:
            # After posting, so that the drawer's balance has this taking in it. Raising rolls it back.
            require_within(limits, amount, taken=taken_since(drawer, limits.midnight))
        return posting

    # The drawer is locked, too: two takings at once cannot both see that there is room for one.
    return booked(decide, wallet, drawer)


def propose_cash(*, cashier: User, member: User, amount: Money, key: UUID) -> CashProposal:
    """Stores cash above the cashier's limits, for a second person to confirm. The same `key` returns the same proposal.

    Raises NotPositive, AccountFrozen, RoleMissing, OwnAccount, KeyReused, Busy.
    """
    wallet = wallet_to_fill(member, amount, CASH_TOP_UP, maker=cashier, key=key)
    new = CashProposal(cashier=cashier, key=key, wallet=wallet, amount_minor=amount.minor)

    def decide() -> CashProposal:
        CashProposal.objects.bulk_create([new], ignore_conflicts=True)
        return CashProposal.objects.select_related("wallet").get(cashier=cashier, key=key)

    stored = in_one_transaction(decide)
    for name, is_same in (("member", stored.wallet_id == wallet.pk), ("amount", stored.amount == amount)):
        if not is_same:
            raise KeyReused(name)
    return stored


def confirm_cash(*, by: User, proposal: CashProposal) -> Transfer:
    """Books the proposal as the cashier's taking, confirmed by a second person. A second call books nothing more.

    Raises SecondPersonNeeded, ProposalExpired, ProposalIsClosed, CashierBarred, RoleTooNew, AccountFrozen, RoleMissing,
    OwnAccount, Busy, ServiceDown.
    """
    wallet, cashier = proposal.wallet, proposal.cashier
    may_confirm = partial(
        require_may_move,
        by.pk,
        roles=CASH_DESK,
        payees=[wallet.owner_id],
        unless=CashProposal.objects.filter(pk=proposal.pk, status=Status.CONFIRMED, decided_by=by).exists,
    )
    may_confirm()
    drawer, made_at = drawer_of(cashier, wallet.currency_code), timestamp()

    def decide() -> Posting:
        found = _locked(proposal)
        now = may_confirm()  # again: standing or role may have changed since the first check
        if by.pk == found.cashier_id:
            raise SecondPersonNeeded
        if found.status == Status.EXPIRED or (found.is_open and found.expires_at <= now):
            raise ProposalExpired
        if found.status == Status.DECLINED or (not found.is_open and found.decided_by_id != by.pk):
            raise ProposalIsClosed
        if found.is_open:
            if cashier.pk in may_not_move(cashier.pk, roles=CASH_DESK):
                raise CashierBarred
            require_two(cashier.pk, by.pk)
        posting = _post(cashier, drawer, wallet, found.amount, found.key, made_at)
        if found.is_open:
            _decide(found, Status.CONFIRMED, by, transfer=posting.transfer_id)
            tell(cashier.pk, CASH_CONFIRMED, actor=by.pk, amount=found.amount)
        return posting

    return booked(decide, wallet, drawer)


def decline_cash(*, by: User, proposal: CashProposal) -> None:
    """Declines the proposal, or withdraws the own one. Nothing is booked; a second call changes nothing.

    Raises ProposalIsClosed, ProposalExpired, AccountFrozen, RoleMissing, Busy.
    """

    def decide() -> None:
        found = _locked(proposal)
        require_may_move(by.pk, roles=CASH_DESK)
        if found.status == Status.EXPIRED:
            raise ProposalExpired
        if found.status == Status.CONFIRMED:
            raise ProposalIsClosed
        if found.is_open:
            _decide(found, Status.DECLINED, by)
            if by.pk != found.cashier_id:
                tell(found.cashier_id, CASH_DECLINED, actor=by.pk, amount=found.amount)

    in_one_transaction(decide)


def expire_due_proposals() -> int:
    """Ends the open proposals whose time is over by the database's clock, and tells their cashiers. Returns how many.

    Raises Busy, InDoubt.
    """
    due = CashProposal.objects.filter(status=Status.OPEN, created_at__lte=Now() - LIFE)

    def expire(proposal: CashProposal) -> bool:
        found = _locked(proposal)  # somebody may have decided meanwhile
        if found.is_open:
            _decide(found, Status.EXPIRED, None)
            tell(found.cashier_id, CASH_EXPIRED, actor=None, amount=found.amount)
        return found.is_open

    return sum(in_one_transaction(partial(expire, proposal)) for proposal in list(due))


def why_second_person(*, cashier: User, wallet: Wallet, amount: Money) -> OverCashLimit | None:
    """Why this taking would need a second person now; None where it needs none. `take_cash` decides again.

    Raises AccountFrozen, RoleMissing, OwnAccount, ConversionDown.
    """
    require_may_move(cashier.pk, roles=CASH_DESK, payees=[wallet.owner_id])
    limits = limits_in(wallet.currency)
    drawer = Wallet.objects.filter(owner=cashier, purpose=DRAWER, currency_code=wallet.currency_code).first()
    taken = taken_since(drawer, limits.midnight) if drawer else Money(0, wallet.currency)
    try:
        require_within(limits, amount, taken=taken + amount)
    except OverCashLimit as over:
        return over
    return None


def _post(
    cashier: User, drawer: Wallet, wallet: Wallet, amount: Money, key: UUID, made_at: dt.datetime | None
) -> Posting:
    """Books the taking and tells the member. A key that is known already writes nothing again."""
    posting = post_top_up(cashier, drawer.pk, wallet, amount, CASH_TOP_UP, key, made_at)
    if posting.is_new:
        record(posting, wallet, amount, TopUp.Method.CASH)
        tell(wallet.owner_id, TOPPED_UP, actor=cashier.pk, amount=amount, subject=posting.reference)
    return posting


def _locked(proposal: CashProposal) -> CashProposal:
    """The proposal as stored now, locked. It joins no row of a person."""
    rows = CashProposal.objects.select_for_update(no_key=True, of=("self",)).select_related("wallet")
    return rows.get(pk=proposal.pk)


def _decide(proposal: CashProposal, status: str, by: User | None, *, transfer: int | None = None) -> None:
    CashProposal.objects.filter(pk=proposal.pk).update(
        status=status, decided_by=by, decided_at=Now(), transfer_id=transfer
    )
