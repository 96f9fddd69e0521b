"""Figure R3: the database connection is cut before or after each protocol message of a money operation.

After each cut the same operation runs again with the same key. It must book once, and answer as before.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import InterfaceError, OperationalError, close_old_connections

from accounts.models import User
from conversion.errors import PaymentError, Unavailable
from conversion.money import Money
from lab.scratch.world import PIN
from ledger import audit
from ledger.models import Hold, Transfer
from payments.holds import service as holds
from payments.models import PaymentRequest
from payments.owners import wallet_of
from payments.requests import service as requests
from payments.requests.service import quote_request
from payments.reversals import refunds
from payments.reversals import service as reversals
from payments.transfers.models import Quote
from payments.transfers.queries import transfer_for
from payments.transfers.quotes import quote_transfer
from payments.transfers.service import send_money
from shop.models import Order, Variant
from shop.orders import endings
from shop.orders.pricing import Wanted, priced, total_of
from shop.sale_points.queries import members_sale_point
from shop.storefront.service import buy_one
from treasury.cash_desk.service import take_cash

from .figure import Attack, Result
from .wire import TO_CLIENT, TO_SERVER, Cut, Wire, through_a_wire

POUND = Money.of("1.00", "GBP")


@dataclass(frozen=True, slots=True)
class Done:
    """The result of an operation: its answer, which a repeat must give again, and its bookings (for a hold: holds)."""

    answer: object
    bookings: int


Operation = Callable[[], Callable[[], Done]]  # prepares without cuts, and returns the function to cut


def cut_everywhere(attack: Attack, seconds: float) -> Result:
    """R3, in this process: the services over a connection that is cut. Every operation that was begun is finished."""
    result, seen = Result(), set()
    with through_a_wire() as wire:
        operations = operations_between(*payer_payee_and_cashier(attack), attack.goods)
        for cell, wrong in every_message(wire, operations, until=time.monotonic() + seconds):
            result.reached += 1
            seen.add(cell.partition(",")[0])
            result.violations += [f"{cell}: {each}" for each in wrong]
    missed = [name for name in operations if name not in seen]
    result.notes.append(f"{len(seen)} operations whole" + (f"; no time for: {', '.join(missed)}" if missed else ""))
    return result


def payer_payee_and_cashier(attack: Attack) -> tuple[User, User, User]:
    ids = [person.member.user for person in attack.racers[:3]]
    User.objects.filter(pk=ids[2]).update(role=User.Role.CASHIER)
    payer, payee, cashier = (User.objects.get(pk=each) for each in ids)
    return payer, payee, cashier


def every_message(wire: Wire, operations: dict[str, Operation], *, until: float) -> Iterator[tuple[str, list[str]]]:
    """Yields each cell's name with its violations. A cell is one operation with one cut.

    An operation that was begun is finished, even after `until` (of the monotonic clock).
    """
    for name, operation in operations.items():
        if time.monotonic() > until:
            return
        for direction in (TO_SERVER, TO_CLIENT):
            for passed_on in (False, True):
                number, was_left = 1, False
                while not was_left:
                    cut = Cut(direction, number, passed_on)
                    was_left, wrong = _cell(wire, operation, cut)
                    if not was_left:
                        yield f"{name}, {cut}", wrong
                    number += 1
        yield f"{name}, the books", [f"{breach.law}: {breach.found}" for breach in audit.breaches()]


def _cell(wire: Wire, operation: Operation, cut: Cut) -> tuple[bool, list[str]]:
    """Whether the operation ended before its cut was reached, and the violations."""
    close_old_connections()
    act = operation()
    wire.arm(cut)
    first: Done | None = None
    try:
        first = act()
    except Unavailable:
        pass
    except (OperationalError, InterfaceError):  # outside the money transaction, where a page would answer 503
        pass
    except PaymentError as refusal:
        wire.disarm()
        return False, [f"refused: {refusal.code}"]
    was_left = wire.disarm()
    close_old_connections()  # sending the form again is another request
    again = act()
    wrong = []
    if first is not None and first.answer != again.answer:
        wrong.append(f"answered {first.answer}, then {again.answer}")
    if again.bookings > 1:
        wrong.append(f"booked {again.bookings} times")
    return was_left, wrong


def operations_between(payer: User, payee: User, cashier: User, goods: Variant) -> dict[str, Operation]:
    """Every way of moving money, by name. Both members have the same currency and enough money."""
    return {
        "send": lambda: _sending(payer, quotes_of(payer, payee)),
        "pay a request": lambda: _paying(payer, payee),
        "top up": lambda: _topping_up(cashier, payee),
        "undo": lambda: _undoing(payer, payee),
        "refund": lambda: _refunding(payer, payee),
        "place a hold": lambda: _holding(payer, payee),
        "capture a hold": lambda: _capturing(payer, payee),
        "release a hold": lambda: _releasing(payer, payee),
        "decline a request": lambda: _declining(payer, payee),
        "buy": lambda: _buying(payer, goods),
        "undo a purchase": lambda: _undoing_purchase(payer, goods),
    }


def quotes_of(payer: User, payee: User) -> Quote:
    return quote_transfer(maker=payer, payee=wallet_of(payee), amount=POUND, note="", key=uuid4())


def _by_key(maker: User, key: UUID) -> int:
    return Transfer.objects.filter(made_by=maker, key=key, outcome=Transfer.Outcome.BOOKED).count()


def _booking(maker: User, key: UUID, act: Callable[[], Transfer]) -> Callable[[], Done]:
    return lambda: Done(act().reference, _by_key(maker, key))


def _sending(payer: User, quote: Quote) -> Callable[[], Done]:
    return _booking(payer, quote.key, lambda: send_money(payer=payer, quote=quote, pin=PIN))


def _asked(payer: User, payee: User) -> PaymentRequest:
    return requests.ask_for_money(requester=payee, payer=payer, amount=POUND, note="", key=uuid4())


def _paying(payer: User, payee: User) -> Callable[[], Done]:
    return _sending(payer, quote_request(payer=payer, payment_request=_asked(payer, payee), key=uuid4()))


def _topping_up(cashier: User, member: User) -> Callable[[], Done]:
    key = uuid4()
    return _booking(cashier, key, lambda: take_cash(cashier=cashier, member=member, amount=POUND, key=key))


def _sent(payer: User, payee: User) -> Transfer:
    return transfer_for(payer, send_money(payer=payer, quote=quotes_of(payer, payee), pin=PIN).reference)


def _undoing(payer: User, payee: User) -> Callable[[], Done]:
    key, sent = uuid4(), _sent(payer, payee)
    return _booking(payer, key, lambda: reversals.undo(maker=payer, transfer=sent, key=key))


def _refunding(payer: User, payee: User) -> Callable[[], Done]:
    key, sent = uuid4(), _sent(payer, payee)
    return _booking(payee, key, lambda: refunds.refund(payee=payee, transfer=sent, amount=POUND, key=key, pin=PIN))


def _placed(payer: User, payee: User, key: UUID) -> Hold:
    return holds.place_hold(
        payer=payer,
        payee=wallet_of(payee),
        amount=POUND,
        note="",
        purpose=Hold.Purpose.AUTHORIZATION,
        key=key,
        pin=PIN,
    )


def _holding(payer: User, payee: User) -> Callable[[], Done]:
    key = uuid4()
    return lambda: Done(_placed(payer, payee, key).reference, Hold.objects.filter(made_by=payer, key=key).count())


def _capturing(payer: User, payee: User) -> Callable[[], Done]:
    key, hold = uuid4(), _placed(payer, payee, uuid4())
    return _booking(payee, key, lambda: holds.capture_hold(payee=payee, hold=hold, amount=POUND, key=key))


def _releasing(payer: User, payee: User) -> Callable[[], Done]:
    hold = _placed(payer, payee, uuid4())
    return lambda: Done(holds.release_hold(by=payee, hold=hold).status, 0)


def _declining(payer: User, payee: User) -> Callable[[], Done]:
    asked = _asked(payer, payee)
    return lambda: Done(requests.decline_request(payer=payer, payment_request=asked).status, 0)


def _bought(buyer: User, goods: Variant, key: UUID) -> list[int]:
    wanted, sale_point = [Wanted(goods)], members_sale_point()
    assert sale_point is not None
    shown = total_of(priced(wallet_of(buyer), wanted, sale_point))
    return list(buy_one(buyer=buyer, variant=goods, sale_point=sale_point, shown=shown, key=key, pin="").orders)


def _buying(buyer: User, goods: Variant) -> Callable[[], Done]:
    key = uuid4()
    return lambda: Done(_bought(buyer, goods, key), Order.objects.filter(maker=buyer, key=key).count())


def _undoing_purchase(buyer: User, goods: Variant) -> Callable[[], Done]:
    key, order = uuid4(), Order.objects.get(pk__in=_bought(buyer, goods, uuid4()))
    return lambda: Done(endings.undo(order=order, by=buyer, key=key).reference, _by_key(buyer, key))
