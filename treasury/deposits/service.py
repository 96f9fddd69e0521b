"""Booking what a bank deposits into a member's wallet, and what it recalls.

The bank is the maker of both transfers, also where staff imported them from the bank's statement. So the same reference
is the same transfer, whichever way it came.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from uuid import UUID, uuid5

from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from accounts.people.roles import BANKS, TREASURY
from accounts.people.standing import require_may_move
from conversion.errors import KeyReused, NotPositive, OtherCurrency
from conversion.money import Money
from events.notices import tell
from ledger.models import Wallet
from ledger.posting import Instruction, Leg, Outcome, is_known, post
from ledger.settlement import settle
from ledger.timestamps import timestamp
from ledger.transactions import WithIt, in_one_transaction
from ledger.wallets import lock_set
from treasury.banks.errors import BankNotConfirmed, OverBankCap
from treasury.banks.models import Bank, Clearing
from treasury.banks.queries import clearing_of, is_confirmed

from .errors import DepositSpent, ReferenceReused
from .kinds import DEPOSIT, DEPOSIT_RETURN, DEPOSITED, RETURNED
from .models import Deposit

# What the ledger calls the parts of a transfer, and what a bank calls them.
FIELDS = {"payee": "to", "note": "details", "payer": "currency"}


@dataclass(frozen=True, slots=True)
class Booked:
    """A deposit that was booked now or before, and the reference of its transfer."""

    deposit: Deposit
    transfer: UUID


@dataclass(frozen=True, slots=True)
class Recall:
    """What came out of a recall: the deposit as it is now, and the transfer that gave it back.

    `transfer` None: the member lacked the money.
    """

    deposit: Deposit
    transfer: UUID | None

    @property
    def is_declined(self) -> bool:
        return self.transfer is None


def deposit(
    *,
    bank: Bank,
    wallet: Wallet,
    amount: Money,
    reference: str,
    details: str = "",
    value_date: dt.date | None = None,
    by: User | None = None,
    with_it: WithIt[Booked] | None = None,
) -> Deposit:
    """Credits the wallet with what came to the bank. The same reference of the bank books once and returns the first.

    `amount` is in the wallet's currency. `by` is who imports it as staff; None: the bank itself asks. Raises
    ReferenceReused, BankLacksCurrency, BankNotConfirmed, OtherCurrency, NotPositive, OverBankCap, AccountFrozen,
    RoleMissing, OwnAccount, Busy, InDoubt, ServiceDown.
    """
    if amount.minor <= 0:
        raise NotPositive
    if amount.currency != wallet.currency:
        raise OtherCurrency(wallet.currency_code)
    clearing, made_at = clearing_of(bank, amount.currency), timestamp()
    instruction = Instruction(
        key=key_of(bank, reference),
        kind=DEPOSIT,
        note=details,
        legs=(Leg(clearing.wallet_id, wallet.pk, amount),),
    )
    new = {
        "bank": bank,
        "bank_reference": reference,
        "wallet": wallet,
        "amount_minor": amount.minor,
        "details": details,
        "value_date": value_date,
        "imported_by": by,
    }

    def decide() -> Booked:
        _require_may_deposit(bank, wallet, by, instruction.key)
        posting = post(instruction, made_by=bank.user_id, made_at=made_at)
        if posting.is_new:
            if not is_confirmed(bank):
                raise BankNotConfirmed
            # After posting, so that a known reference counts once. Raising rolls the posting back.
            stored = Deposit.objects.create(**new, transfer_id=posting.transfer_id, day=_counted(clearing, amount))
            tell(wallet.owner_id, DEPOSITED, actor=bank.user_id, amount=amount, subject=posting.reference)
        else:
            stored = Deposit.objects.get(transfer_id=posting.transfer_id)
            stored.bank, stored.wallet = bank, wallet  # the same, or the ledger would have refused the key
        return Booked(stored, posting.reference)

    # The clearing wallet is locked, too: deposits of one bank take turns at counting against its cap.
    wallets = [clearing.wallet_id, *lock_set(clearing.wallet, wallet)]
    try:
        return in_one_transaction(decide, wallets=wallets, with_it=with_it).deposit
    except KeyReused as other:
        raise ReferenceReused(FIELDS.get(other.differing, other.differing)) from other


def return_deposit(
    *,
    deposit: Deposit,
    reason: str,
    key: UUID,
    by: User | None = None,
    with_it: WithIt[Recall] | None = None,
) -> Recall:
    """Gives the deposit back to its bank, which recalled it. A second call moves nothing and returns the first return.

    The member may be frozen: the bank has already taken the money back, so the books follow. A member who lacks the
    money is no exception to the floor: the recall is declined and stays visible to staff, and a new key tries again.
    `by` as in `deposit`. Raises AccountFrozen and RoleMissing of who asks, KeyReused, Busy, InDoubt, ServiceDown.
    """
    bank, wallet, made_at = deposit.bank, deposit.wallet, timestamp()
    clearing = clearing_of(bank, wallet.currency)
    settle(wallet)  # a merchant can spend only what is settled

    def decide() -> Recall:
        found = Deposit.objects.select_for_update(no_key=True, of=("self",)).get(pk=deposit.pk)
        _require_asker(bank, by, key)
        found.bank, found.wallet = bank, wallet
        if found.returned_by:
            return Recall(found, found.returned_by.reference)
        leg = Leg(wallet.pk, clearing.wallet_id, deposit.amount)
        posting = post(
            Instruction(key=key, kind=DEPOSIT_RETURN, note=reason, legs=(leg,)), made_by=bank.user_id, made_at=made_at
        )
        if posting.outcome != Outcome.BOOKED:
            _update(found, returned_by=None, reason=reason)
            return Recall(found, None)
        tell(wallet.owner_id, RETURNED, actor=bank.user_id, amount=deposit.amount, subject=posting.reference)
        _update(found, returned_by=posting.transfer_id, reason=reason)
        return Recall(found, posting.reference)

    return in_one_transaction(decide, wallets=lock_set(wallet, clearing.wallet), with_it=with_it)


def why_declined(recall: Recall) -> DepositSpent | None:
    """Why the deposit was not given back, as an error for the bank; None if it was."""
    return DepositSpent() if recall.is_declined else None


def key_of(bank: Bank, reference: str) -> UUID:
    """The key of the transfer of this bank's deposit."""
    return uuid5(bank.reference, reference)


def _require_may_deposit(bank: Bank, wallet: Wallet, by: User | None, key: UUID) -> None:
    """Raises AccountFrozen, RoleMissing, OwnAccount; not for a known reference, which gets its first answer again.

    Staff who import a statement are asked for their role, and the bank must not be frozen either.
    """
    known = partial(is_known, key, made_by=bank.user_id)
    if by is None:
        require_may_move(bank.user_id, roles=BANKS, payees=[wallet.owner_id], unless=known)
    else:
        require_may_move(by.pk, roles=TREASURY, payers=[bank.user_id], payees=[wallet.owner_id], unless=known)


def _require_asker(bank: Bank, by: User | None, key: UUID) -> None:
    """Raises AccountFrozen, RoleMissing for who asks for a return; not for a known key."""
    known = partial(is_known, key, made_by=bank.user_id)
    asker, roles = (bank.user_id, BANKS) if by is None else (by.pk, TREASURY)
    require_may_move(asker, roles=roles, unless=known)


def _counted(clearing: Clearing, amount: Money) -> dt.date:
    """Counts the deposit against the bank's daily cap, and returns the day in which it counts. Raises OverBankCap."""
    with connection.cursor() as cursor:
        zone = timezone.get_default_timezone_name()
        cursor.execute("SELECT treasury_count_deposit(%s, %s, %s)", [clearing.wallet_id, amount.minor, zone])
        (day,) = cursor.fetchone()
    if day is None:
        raise OverBankCap(clearing.daily_cap)
    return day


def _update(found: Deposit, *, returned_by: int | None, reason: str) -> None:
    """Writes the outcome of a recall. `returned_by` is the id of the transfer, or None: the member lacks the money."""
    declined_at = None if returned_by else Now()
    Deposit.objects.filter(pk=found.pk).update(
        returned_by=returned_by, return_reason=reason, return_declined_at=declined_at
    )
    found.returned_by_id, found.return_reason = returned_by, reason
