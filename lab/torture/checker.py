"""Compares the answers that clients got with the ledger. Each violation is one line of text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from ledger import audit
from ledger.models import Entry, Transfer
from payments.registration.kinds import GRANT
from shop.models import OrderMoney
from web.deadlines import longer_deadlines

from .history import BOOKED, REFUSED, UNAVAILABLE, Operation

PATIENCE_S = 600.0  # for a statement over a whole ledger, on a busy machine


@dataclass(frozen=True, slots=True)
class Booking:
    """A transfer in the ledger. `minor` is its amount; `seqs` has its entry's number in each running wallet, by id.

    `reference` is what its maker is shown: the transfer's, or that of the order which it paid.
    """

    reference: UUID
    maker: int
    key: UUID
    source: int
    target: int
    minor: int
    is_booked: bool
    seqs: dict[int, int]


def check(operations: Sequence[Operation]) -> list[str]:
    """The violations: differences between the recorded operations and the ledger, and broken laws."""
    return [*against_the_ledger(operations), *broken_laws()]


def against_the_ledger(operations: Sequence[Operation]) -> list[str]:
    """The differences alone. `operations` are all that their makers ever began in this ledger."""
    with longer_deadlines(PATIENCE_S):
        return compare(operations, bookings_of({operation.maker for operation in operations}))


def broken_laws() -> list[str]:
    with longer_deadlines(PATIENCE_S):
        return [f"law broken: {breach.law}: {breach.found}" for breach in audit.breaches()]


def compare(operations: Sequence[Operation], bookings: Iterable[Booking]) -> list[str]:
    """The violations between operations and bookings: lost, doubled, invented, different or in a wrong order."""
    by_key: dict[tuple[int, UUID], list[Booking]] = defaultdict(list)
    for booking in bookings:
        by_key[booking.maker, booking.key].append(booking)
    wrong = []
    for operation in operations:
        wrong += _wrong_with(operation, by_key.pop((operation.maker, operation.key), []))
    booked_by_nobody = [found for each in by_key.values() for found in each if found.is_booked]
    wrong += [f"booked, and nobody asked for it: {booking.reference}" for booking in booked_by_nobody]
    return wrong + out_of_order(operations, bookings)


def bookings_of(makers: set[int]) -> list[Booking]:
    """Every transfer that these people made, without opening grants, with the numbers of its entries."""
    seqs: dict[int, dict[int, int]] = defaultdict(dict)
    numbered = Entry.objects.filter(transfer__made_by__in=makers, seq__isnull=False)
    for transfer, wallet, seq in numbered.values_list("transfer_id", "wallet_id", "seq"):
        seqs[transfer][wallet] = seq or 0  # the filter excludes NULL, so the 0 is never used
    transfers = Transfer.objects.filter(made_by__in=makers).exclude(kind=GRANT)
    orders = dict(OrderMoney.objects.filter(transfer__in=transfers).values_list("transfer", "order__reference"))
    return [
        Booking(
            orders.get(transfer.pk, transfer.reference),
            transfer.made_by_id,
            transfer.key,
            transfer.source_id,
            transfer.target_id,
            transfer.legs[2],
            transfer.is_booked,
            seqs[transfer.pk],
        )
        for transfer in transfers
    ]


def out_of_order(operations: Iterable[Operation], bookings: Iterable[Booking]) -> list[str]:
    """The violations of real-time order: one line for each.

    An operation that began after another one was acknowledged must have the later number in every wallet that both use.
    """
    acknowledged = {
        (operation.maker, operation.key): operation for operation in operations if operation.answer == BOOKED
    }
    in_wallet: dict[int, list[tuple[int, Operation]]] = defaultdict(list)
    for booking in bookings:
        if operation := acknowledged.get((booking.maker, booking.key)):
            for wallet, seq in booking.seqs.items():
                in_wallet[wallet].append((seq, operation))
    wrong = []
    for wallet, numbered in in_wallet.items():
        earliest_end = float("inf")
        for seq, operation in sorted(numbered, key=lambda pair: pair[0], reverse=True):
            if earliest_end < operation.began:
                wrong.append(f"wallet {wallet}: number {seq} was begun after a later number was acknowledged")
            earliest_end = min(earliest_end, operation.ended)
    return wrong


def _wrong_with(operation: Operation, found: Sequence[Booking]) -> list[str]:
    booked = [booking for booking in found if booking.is_booked]
    name = f"{operation.kind} {operation.key}"
    if len(booked) > 1:
        return [f"booked {len(booked)} times: {name}"]
    if len(set(operation.told)) > 1:
        return [f"told {len(set(operation.told))} different receipts: {name}"]
    if operation.answer == BOOKED:
        if not booked:
            return [f"acknowledged and lost: {name}"]
        return _differences(operation, booked[0], name)
    if operation.answer == REFUSED and booked:
        return [f"refused and booked all the same: {name}"]
    if operation.answer == UNAVAILABLE and booked and not operation.in_doubt:
        return [f"said that nothing was booked, and it was: {name}"]
    return []


def _differences(operation: Operation, booking: Booking, name: str) -> list[str]:
    asked = (operation.source, operation.target, operation.minor)
    wrong = []
    if (booking.source, booking.target, booking.minor) != asked:
        wrong.append(f"booked otherwise than asked: {name}")
    if operation.told and booking.reference not in operation.told:
        wrong.append(f"told another receipt than its own: {name}")
    return wrong
