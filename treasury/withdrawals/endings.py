"""What a bank did with an order: it has paid (settled), or could not, or the payment came back (returned).

The bank's program says so, or a person of the treasury who read it in the bank's statement.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid5

from django.db.models.functions import Now

from accounts.models import User
from accounts.people.errors import OwnAccount
from accounts.people.roles import BANKS, TREASURY
from accounts.people.standing import require_may_move
from events.notices import tell
from ledger.posting import Instruction, Leg, Outcome, post
from ledger.timestamps import timestamp
from ledger.transactions import WithIt, in_one_transaction
from ledger.wallets import lock_set

from .kinds import RETURNED, SETTLED, WITHDRAWAL_RETURN
from .models import Withdrawal
from .service import is_closed, locked

Status = Withdrawal.Status


@dataclass(frozen=True, slots=True)
class Ended:
    """The withdrawal as it is now, and the transfer that gave the money back, if it was returned."""

    withdrawal: Withdrawal
    return_transfer: UUID | None = None


def settle(
    *, withdrawal: Withdrawal, reference: str, by: User | None = None, with_it: WithIt[Ended] | None = None
) -> Withdrawal:
    """The bank has paid. A second call changes nothing. `reference` is the bank's own.

    `by` is the person of the treasury who says so; None: the bank's program. Raises WithdrawalIsClosed where it was
    returned or is not at the bank, AccountFrozen, RoleMissing, OwnAccount, Busy, InDoubt.
    """

    def decide() -> Ended:
        found = locked(withdrawal.pk)
        _require_asker(withdrawal, by, is_repeat=found.status == Status.SETTLED)
        if found.status == Status.SETTLED:
            return Ended(found)
        if found.status != Status.FILED:
            raise is_closed(found)
        changes = {"status": Status.SETTLED, "bank_reference": reference, "settled_at": Now(), "ended_at": Now()}
        Withdrawal.objects.filter(pk=found.pk).update(**changes, ended_by=by)
        found.status, found.bank_reference = Status.SETTLED, reference
        tell(found.member_id, SETTLED, actor=_actor(withdrawal, by), amount=found.amount, subject=found.reference)
        return Ended(found)

    return in_one_transaction(decide, with_it=with_it).withdrawal


def return_withdrawal(
    *, withdrawal: Withdrawal, reference: str, reason: str, by: User | None = None, with_it: WithIt[Ended] | None = None
) -> Withdrawal:
    """The bank could not pay, or the payment came back: the member has the money again, also a frozen member.

    It works once, also after `settle`; a second call changes nothing. `reference` is the bank's own of the return, and
    `by` as in `settle`. Raises WithdrawalIsClosed where it is not at the bank, AccountFrozen and RoleMissing of who
    asks, OwnAccount, Busy, InDoubt, ServiceDown.
    """
    clearing, wallet, bank = withdrawal.clearing.wallet, withdrawal.wallet, withdrawal.clearing.bank
    made_at = timestamp()
    instruction = Instruction(
        key=uuid5(withdrawal.reference, "returned"),
        kind=WITHDRAWAL_RETURN,
        note=reason,
        legs=(Leg(clearing.pk, wallet.pk, withdrawal.amount),),
    )

    def decide() -> Ended:
        found = locked(withdrawal.pk)
        _require_asker(withdrawal, by, is_repeat=found.status == Status.RETURNED)
        if found.return_transfer:
            return Ended(found, found.return_transfer.reference)
        if found.status not in (Status.FILED, Status.SETTLED):
            raise is_closed(found)
        # The bank is the maker, also where staff read it in its statement, as of a deposit.
        posting = post(instruction, made_by=bank.user_id, made_at=made_at)
        assert posting.outcome == Outcome.BOOKED, posting.outcome  # a clearing wallet has no floor
        Withdrawal.objects.filter(pk=found.pk).update(
            status=Status.RETURNED,
            return_transfer_id=posting.transfer_id,
            return_reference=reference,
            reason=reason,
            ended_by=by,
            ended_at=Now(),
        )
        found.status, found.reason, found.return_reference = Status.RETURNED, reason, reference
        tell(found.member_id, RETURNED, actor=_actor(withdrawal, by), amount=found.amount, subject=found.reference)
        return Ended(found, posting.reference)

    return in_one_transaction(decide, wallets=lock_set(clearing, wallet), with_it=with_it).withdrawal


def _require_asker(withdrawal: Withdrawal, by: User | None, *, is_repeat: bool) -> None:
    """Raises AccountFrozen, RoleMissing, OwnAccount; not for a repeat, which changes nothing.

    The member may be frozen: the bank has done it already.
    """
    asker, roles = (withdrawal.clearing.bank.user_id, BANKS) if by is None else (by.pk, TREASURY)
    require_may_move(asker, roles=roles, unless=lambda: is_repeat)
    if asker == withdrawal.member_id and not is_repeat:
        raise OwnAccount


def _actor(withdrawal: Withdrawal, by: User | None) -> int:
    return by.pk if by else withdrawal.clearing.bank.user_id
