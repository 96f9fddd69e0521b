"""A withdrawal until it goes to the bank: requested and cancelled by the member, approved or declined by the treasury.

`filing.py` sends the approved ones to the bank, and `endings.py` tells what the bank did.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.db.models.functions import Now

from accounts.models import User
from accounts.people.errors import OwnAccount
from accounts.people.roles import TREASURY
from accounts.people.standing import require_may_move
from conversion.errors import KeyReused, NotPositive
from conversion.money import Money
from events.notices import tell
from ledger import holds as ledger_holds
from ledger.errors import InsufficientFunds
from ledger.holds import Placing, end_hold
from ledger.models import Hold
from ledger.settlement import settle
from ledger.timestamps import timestamp
from ledger.transactions import WithIt, in_one_transaction
from payments.owners import wallet_of
from payments.proofs import prove
from treasury.banks.models import Clearing
from treasury.payout_accounts.errors import PayoutAccountTooNew, PayoutAccountUnknown
from treasury.payout_accounts.models import PayoutAccount

from . import queries
from .errors import NoBankForWithdrawals, WithdrawalIsClosed
from .kinds import APPROVED, DECLINED, EXPIRED, REQUESTED, WITHDRAWAL_HOLD
from .models import LIFE, Withdrawal

Status = Withdrawal.Status

HOLD_LIVES = dt.timedelta(days=90)  # from the request until it must be at the bank


@dataclass(frozen=True, slots=True)
class Requested:
    """What came out of a request. `withdrawal` None: the wallet has too little money, and the decline is stored."""

    withdrawal: Withdrawal | None


def require_requestable(*, member: User, account: PayoutAccount, amount: Money) -> Clearing:
    """Checks before the member is asked for the PIN. `decide_withdrawal` checks again. Returns the bank that will pay.

    Raises NotPositive, NoBankForWithdrawals, AccountFrozen, PayoutAccountUnknown, PayoutAccountTooNew,
    InsufficientFunds, Busy.
    """
    if amount.minor <= 0:
        raise NotPositive
    source = wallet_of(member)
    clearing = _clearing(source.currency_code)
    now = require_may_move(member.pk, payers=[member.pk], payees=[clearing.bank.user_id])
    _require_usable(account, now)
    settle(source)  # a merchant can spend only what is settled
    if source.available < amount:
        raise InsufficientFunds(amount - source.available)
    return clearing


def request_withdrawal(
    *, member: User, account: PayoutAccount, amount: Money, key: UUID, pin: str | None
) -> Withdrawal:
    """Puts `amount` of the member's wallet on hold, to be paid to the account. The same key requests it once.

    Raises what `decide_withdrawal` raises, and InsufficientFunds.
    """
    requested = decide_withdrawal(member=member, account=account, amount=amount, key=key, pin=pin)
    if declined := why_declined(requested):
        raise declined
    assert requested.withdrawal is not None
    return queries.withdrawals().get(pk=requested.withdrawal.pk)


def decide_withdrawal(
    *,
    member: User,
    account: PayoutAccount,
    amount: Money,
    key: UUID,
    pin: str | None,
    with_it: WithIt[Requested] | None = None,
) -> Requested:
    """As `request_withdrawal`, but a decline is returned, so that `with_it` is stored in the same transaction.

    `pin` None: the caller has authenticated the member otherwise. Raises NotPositive, NoBankForWithdrawals,
    AccountFrozen, PayoutAccountUnknown, PayoutAccountTooNew, PinMissing, PinWrong, PinLocked, PinLimited, KeyReused,
    Busy, InDoubt, ServiceDown.
    """
    assert account.user_id == member.pk
    if amount.minor <= 0:
        raise NotPositive
    source = wallet_of(member)
    # A repeat keeps its bank, also if another bank would be chosen by now.
    first = Withdrawal.objects.filter(hold__made_by=member, hold__key=key).select_related("clearing__wallet").first()
    clearing = first.clearing if first else _clearing(source.currency_code)
    known = partial(ledger_holds.is_known, key, made_by=member.pk)
    may_move = partial(require_may_move, member.pk, payers=[member.pk], payees=[clearing.bank.user_id], unless=known)
    may_move()
    proof = prove(member, amount, pin)
    made_at = timestamp()  # before the transaction, which may run more than once
    settle(source)

    def decide() -> Requested:
        now = may_move()  # again: the member or the bank may have been frozen since the first check
        placing = ledger_holds.place_hold(
            key=key,
            purpose=WITHDRAWAL_HOLD,
            note="",
            source=source.pk,
            target=clearing.wallet_id,
            amount=amount,
            lives=HOLD_LIVES,
            made_by=member.pk,
            made_at=made_at,
        )
        if placing.outcome == Hold.Status.DECLINED:
            return Requested(None)
        if not placing.is_new:
            return Requested(_known(placing, account))
        _require_usable(PayoutAccount.objects.get(pk=account.pk), now)  # raising rolls the hold back
        proof.spend()
        stored = Withdrawal.objects.create(
            member=member,
            wallet=source,
            clearing=clearing,
            payout_account=account,
            holder=account.holder,
            iban=account.iban,
            amount_minor=amount.minor,
            hold_id=placing.hold_id,
        )
        tell(member.pk, REQUESTED, actor=member.pk, amount=amount, subject=stored.reference)
        return Requested(stored)

    # Only the source: a hold changes no other wallet's row.
    return in_one_transaction(decide, wallets=[source.pk], with_it=with_it)


def why_declined(requested: Requested) -> InsufficientFunds | None:
    """Why the withdrawal was not stored, as an error for the member; None if it was."""
    if requested.withdrawal is not None:
        return None
    declined = InsufficientFunds()
    declined.is_stored = True  # the ledger keeps the decline under this key, so a corrected form needs another one
    return declined


def cancel_withdrawal(*, member: User, withdrawal: Withdrawal, with_it: WithIt[Withdrawal] | None = None) -> Withdrawal:
    """The member takes it back, before it goes to the bank. A second call changes nothing; frozen members may, too.

    Raises WithdrawalIsClosed, Busy, InDoubt.
    """
    assert withdrawal.member_id == member.pk

    def decide() -> Withdrawal:
        found = locked(withdrawal.pk)
        if found.status != Status.CANCELLED:
            _close(found, Status.CANCELLED, by=member)
        return found

    return in_one_transaction(decide, wallets=[withdrawal.wallet_id], with_it=with_it)


def approve(*, by: User, withdrawal: Withdrawal) -> None:
    """A person of the treasury, who is not the member, approves it. A second call changes nothing.

    Raises WithdrawalIsClosed, AccountFrozen, RoleMissing, OwnAccount, Busy, InDoubt.
    """
    may_approve = partial(
        require_may_move,
        by.pk,
        roles=TREASURY,
        payers=[withdrawal.member_id],
        unless=Withdrawal.objects.filter(pk=withdrawal.pk, approver=by).exists,
    )
    may_approve()

    def decide() -> None:
        found = locked(withdrawal.pk)
        may_approve()  # again: standing or role may have changed since the first check
        if found.approver_id == by.pk and found.status == Status.APPROVED:
            return
        _require(found, Status.REQUESTED)
        _update(found, status=Status.APPROVED, approver=by, approved_at=Now())
        tell(found.member_id, APPROVED, actor=by.pk, amount=found.amount, subject=found.reference)

    in_one_transaction(decide)


def decline(*, by: User, withdrawal: Withdrawal, reason: str) -> None:
    """A person of the treasury declines it, also after it was approved and before it goes to the bank.

    The member reads the reason, and has the money at once. The member may be frozen. A second call changes nothing.
    Raises WithdrawalIsClosed, AccountFrozen, RoleMissing, OwnAccount, Busy, InDoubt.
    """

    def decide() -> None:
        found = locked(withdrawal.pk)
        is_repeat = found.status == Status.DECLINED and found.ended_by_id == by.pk
        require_may_move(by.pk, roles=TREASURY, unless=lambda: is_repeat)
        if by.pk == found.member_id:
            raise OwnAccount
        if is_repeat:
            return
        _close(found, Status.DECLINED, by=by, reason=reason)
        tell(found.member_id, DECLINED, actor=by.pk, amount=found.amount, subject=found.reference)

    in_one_transaction(decide, wallets=[withdrawal.wallet_id])


def expire_due_withdrawals() -> int:
    """Ends those that nobody approved for LIFE, or filed while the hold lived, and tells the members. Returns how many.

    Raises Busy, InDoubt.
    """
    requested = Withdrawal.objects.filter(status=Status.REQUESTED, requested_at__lte=Now() - LIFE)
    approved = Withdrawal.objects.filter(status=Status.APPROVED, requested_at__lte=Now() - HOLD_LIVES)

    def expire(withdrawal: Withdrawal) -> bool:
        found = locked(withdrawal.pk)
        if found.status != withdrawal.status:  # approved, cancelled or filed meanwhile
            return False
        _close(found, Status.EXPIRED, by=None)
        tell(found.member_id, EXPIRED, actor=None, amount=found.amount, subject=found.reference)
        return True

    # One transaction for each, so that each locks one wallet only.
    return sum(in_one_transaction(partial(expire, each), wallets=[each.wallet_id]) for each in [*requested, *approved])


def locked(withdrawal: int) -> Withdrawal:
    """The withdrawal as stored now, locked: only inside `in_one_transaction`. It joins no row of a person."""
    rows = Withdrawal.objects.select_for_update(no_key=True, of=("self",)).select_related("wallet")
    return rows.get(pk=withdrawal)


def is_closed(found: Withdrawal) -> WithdrawalIsClosed:
    return WithdrawalIsClosed(found.status, found.get_status_display())


def _clearing(code: str) -> Clearing:
    if (found := queries.clearing_for(code)) is None:
        raise NoBankForWithdrawals
    return found


def _require_usable(account: PayoutAccount, now: dt.datetime) -> None:
    """`now` is the database's. Raises PayoutAccountUnknown for one that was removed, PayoutAccountTooNew."""
    if account.removed_at is not None:
        raise PayoutAccountUnknown
    if account.usable_at > now:
        raise PayoutAccountTooNew(account.usable_at)


def _known(placing: Placing, account: PayoutAccount) -> Withdrawal:
    """The withdrawal of a key that was used before. Raises KeyReused where it was for another account."""
    found = Withdrawal.objects.select_related("wallet").get(hold_id=placing.hold_id)
    if found.payout_account_id != account.pk:
        raise KeyReused("payout_account")
    return found


def _require(found: Withdrawal, *statuses: str) -> None:
    if found.status not in statuses:
        raise is_closed(found)


def _close(found: Withdrawal, status: str, *, by: User | None, reason: str = "") -> None:
    """Ends it before it went to the bank: the member can spend the money again. Raises WithdrawalIsClosed."""
    _require(found, Status.REQUESTED, Status.APPROVED)
    end_hold(found.hold_id, Hold.Status.RELEASED)
    _update(found, status=status, ended_by=by, ended_at=Now(), reason=reason)


def _update(found: Withdrawal, **changes: object) -> None:
    """Writes the changes, and into `found` what a program reads of it, without reading the row again."""
    Withdrawal.objects.filter(pk=found.pk).update(**changes)
    for name in ("status", "reason"):
        if name in changes:
            setattr(found, name, changes[name])
