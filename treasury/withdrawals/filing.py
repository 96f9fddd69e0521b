"""Sending approved withdrawals to the bank: one file, and one transaction in which the money leaves the wallets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from uuid import UUID, uuid4, uuid5

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from accounts.people.roles import TREASURY
from accounts.people.standing import are_two, may_not_move, require_may_move
from accounts.pins.errors import PinLimited
from conversion.errors import KeyReused
from conversion.money import Currency, Money
from events.notices import tell
from ledger.exchange import converted
from ledger.posting import Instruction, Leg, Outcome, post_all
from ledger.timestamps import timestamp
from ledger.transactions import in_one_transaction
from payments.days import midnight
from payments.owners import wallet_of
from treasury.banks.models import Clearing

from . import pain
from .errors import AnotherMustFile, BankHasNoIban, NotApproved, NothingToFile, TooManyToFile
from .kinds import FILED, WITHDRAWAL
from .models import PayoutFile, Withdrawal
from .service import locked

Status = Withdrawal.Status

MOST_ROWS = 100  # in one file, so that its transaction locks few wallets for a short time


def file_withdrawals(
    *, by: User, clearing: Clearing, withdrawals: Sequence[Withdrawal], key: UUID, pin: str
) -> PayoutFile:
    """Writes the order to the bank, and books every withdrawal in it: all of them, or nothing.

    `withdrawals` are approved ones of this clearing. The same key returns the same file.
    Raises NothingToFile, TooManyToFile, BankHasNoIban, NotApproved, AnotherMustFile, AccountFrozen (also where a member
    or the bank is frozen), RoleMissing, OwnAccount, PinMissing, PinWrong, PinLocked, PinLimited, Busy, InDoubt,
    ServiceDown.
    """
    rows = sorted(withdrawals, key=lambda row: row.pk)
    if not rows:
        raise NothingToFile
    if len(rows) > MOST_ROWS:
        raise TooManyToFile(MOST_ROWS)
    assert all(row.clearing_id == clearing.pk for row in rows)
    may_file = partial(
        require_may_move,
        by.pk,
        roles=TREASURY,
        payers=[row.member_id for row in rows],
        payees=[clearing.bank.user_id],
        unless=PayoutFile.objects.filter(maker=by, key=key).exists,
    )
    may_file()
    if by.verify_pin(pin):
        raise PinLimited
    if known := _known(by, key, rows):
        return known
    limit, made_at = limit_in(clearing.wallet.currency), timestamp()
    reference = uuid4()
    content = _document(clearing, rows, reference)  # what it says of each row never changes

    def decide() -> PayoutFile:
        may_file()  # again: somebody may have been frozen, or have lost the role, since the first check
        if known := _known(by, key, rows):
            return known
        found = [locked(row.pk) for row in rows]  # in the order of their ids
        if any(row.status != Status.APPROVED for row in found):
            raise NotApproved
        alone = alone_with(by, clearing, found)
        if alone > limit:
            raise AnotherMustFile(limit)
        stored = PayoutFile.objects.create(
            reference=reference,
            clearing=clearing,
            maker=by,
            key=key,
            row_count=len(rows),
            total_minor=sum(row.amount_minor for row in rows),
            alone_minor=alone.minor,
            alone_limit_minor=limit.minor,
            content=content,
        )
        _book(stored, found, by, made_at)
        return stored

    # The maker's own wallet stands for the maker: two files of one person take turns at counting what is alone.
    wallets = {clearing.wallet_id, wallet_of(by).pk, *(row.wallet_id for row in rows)}
    return in_one_transaction(decide, wallets=wallets)


def alone_with(by: User, clearing: Clearing, rows: Sequence[Withdrawal]) -> Money:
    """What `by` alone pays out today in this currency with a file of these rows: what no second person has approved.

    Zero for a file in which somebody else has approved everything.
    """
    second = _second_persons(by, rows)
    added = sum(row.amount_minor for row in rows if row.approver_id not in second)
    unit = clearing.wallet.currency
    return _alone_until_now(by, unit) + Money(added, unit) if added else Money(0, unit)


def _alone_until_now(by: User, unit: Currency) -> Money:
    """What the files of this person have counted since midnight: each of them the sum until then."""
    today = PayoutFile.objects.filter(maker=by, clearing__wallet__currency_code=unit.code, made_at__gte=midnight())
    return Money(today.aggregate(Max("alone_minor"))["alone_minor__max"] or 0, unit)


def limit_in(unit: Currency) -> Money:
    """What one person may both approve and file in a day, at today's rate. Raises ConversionDown."""
    return converted(Money.of(*settings.FOUR_EYES_ABOVE.split()), to=unit).target


def choices(by: User, clearing: Clearing, rows: Sequence[Withdrawal]) -> list[tuple[Withdrawal, str]]:
    """The rows, each with why it cannot be in a file of this person now: "own", "frozen", "alone"; "" if it can.

    "alone": with it, this person would pay out more than one may alone. Raises ConversionDown.
    """
    barred = may_not_move(by.pk, payers=[row.member_id for row in rows])
    second, limit = _second_persons(by, rows), limit_in(clearing.wallet.currency)
    alone, found = _alone_until_now(by, clearing.wallet.currency), []
    for row in rows:
        counted = alone if row.approver_id in second else alone + row.amount
        if row.member_id == by.pk:
            found.append((row, "own"))
        elif row.member_id in barred:
            found.append((row, "frozen"))
        elif counted > limit and row.approver_id not in second:
            found.append((row, "alone"))
        else:
            found.append((row, ""))
            alone = counted
    return found


def _second_persons(by: User, rows: Sequence[Withdrawal]) -> set[int]:
    """The approvers of these rows who count as another person: who may still act, and decide together with `by`."""
    return {
        approver
        for approver in {row.approver_id for row in rows if row.approver_id}
        if not may_not_move(approver, roles=TREASURY) and are_two(by.pk, approver)
    }


def _known(by: User, key: UUID, rows: Sequence[Withdrawal]) -> PayoutFile | None:
    """The file of a key that was used before. Raises KeyReused where it has other rows."""
    found = PayoutFile.objects.filter(maker=by, key=key).first()
    if found and set(found.withdrawals.values_list("pk", flat=True)) != {row.pk for row in rows}:
        raise KeyReused("withdrawals")
    return found


def _document(clearing: Clearing, rows: Sequence[Withdrawal], reference: UUID) -> bytes:
    bank, unit = clearing.bank, clearing.wallet.currency
    if not bank.iban or not bank.holder:
        raise BankHasNoIban
    payments = [
        pain.Payment(
            holder=row.holder,
            iban=row.iban,
            amount=row.amount,
            end_to_end_id=row.reference.hex,
            text=f"Withdrawal {row.reference.hex[:8]}",
        )
        for row in rows
    ]
    return pain.order(
        payments,
        message_id=reference.hex,
        holder=bank.holder,
        iban=bank.iban,
        bic=bank.bic,
        unit=unit,
        day=timezone.localdate(),
    )


def _book(file: PayoutFile, rows: Sequence[Withdrawal], by: User, made_at: dt.datetime | None) -> None:
    """Captures the holds. Raises NotApproved where the time of one is over: then nothing is booked."""
    instructions = [
        Instruction(
            key=uuid5(row.reference, "filed"),
            kind=WITHDRAWAL,
            legs=(Leg(row.wallet_id, file.clearing.wallet_id, row.amount),),
            hold=row.hold_id,
        )
        for row in rows
    ]
    postings = post_all(instructions, made_by=by.pk, made_at=made_at)
    for row, posting in zip(rows, postings, strict=True):
        if posting.outcome != Outcome.BOOKED:
            raise NotApproved
        Withdrawal.objects.filter(pk=row.pk).update(status=Status.FILED, file=file, transfer_id=posting.transfer_id)
        tell(row.member_id, FILED, actor=by.pk, amount=row.amount, subject=row.reference)
