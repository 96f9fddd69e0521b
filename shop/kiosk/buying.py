"""What a member does in a visit: buy with one tap or a scan, undo it, top up on trust.

Each is one money transaction that also decides whether the visit still goes on. So nothing is booked after leaving.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID, uuid5

from django.db import connection

from accounts.pins.errors import OverPinLimit, PinMissing
from conversion.money import Money
from ledger.exchange import converted
from ledger.models import Transfer
from ledger.posting import Posting
from ledger.transactions import WithIt
from payments.owners import wallet_of
from payments.proofs import Proof, limits_in
from payments.reversals.service import decide_undo, why_declined
from payments.top_ups.service import top_up_on_trust
from shop.orders import endings
from shop.orders.errors import DebtLimitReached
from shop.orders.models import Order
from shop.orders.pricing import Wanted, priced, total_of
from shop.orders.service import Bought, buy
from shop.products.models import Barcode, Variant
from shop.sale_points.models import SalePoint

from . import queries
from .codes import half_of, spellings
from .errors import CodeReadTwice, NotEnoughMoney, VisitOver
from .models import Visit, VisitAct
from .visits import prove

Pin = SalePoint.Pin
ONCE_WITHIN_S = 1.0  # a code that is scanned again sooner is read twice, not bought twice


def buy_one(*, visit: Visit, variant: Variant, shown: Money, key: UUID, pin: str = "") -> Bought:
    """Buys one, if it costs no more than `shown`, in the member's currency. The same key buys once.

    With a PIN, it is verified first, for the whole visit. Raises PinMissing where the amount, or what the visit bought
    so far, needs one; VisitOver, NotEnoughMoney, and what `shop.orders.service.buy` raises.
    """
    point = visit.device.sale_point
    if pin and visit.proven_at is None:
        prove(visit, pin)
    if queries.waits_for_pin(visit):
        raise PinMissing
    most, proof = _without_pin(visit, shown), _limited(visit, shown)
    try:
        return buy(
            buyer=visit.member,
            wanted=[Wanted(variant)],
            sale_point=point,
            shown=shown,
            key=key,
            pin=None,  # what needs a PIN was decided above, for the visit
            status=Order.Status.COLLECTED,
            with_it=WithIt(partial(_bought, visit, most, proof)),
        )
    except DebtLimitReached as refusal:
        if point.shows_amounts:
            raise
        raise NotEnoughMoney from refusal


def scanned(visit: Visit, code: str, variant: Variant, page: UUID) -> dict[str, object]:
    """What a tap on the tile of a scanned product would send: it costs what it costs at this moment.

    The key follows from the visit, the code and the page, so that a page books a code once. Raises NotSold, ToOneself,
    ConversionDown.
    """
    shown = total_of(priced(wallet_of(visit.member), [Wanted(variant)], visit.device.sale_point))
    key = uuid5(uuid5(visit.reference, code), str(page))
    return {"visit": visit.reference, "variant": variant.reference, "shown": shown.minor, "key": key}


def undo_act(*, visit: Visit, act: VisitAct) -> None:
    """Undoes a purchase or a top-up of this visit, once. Raises VisitOver, and what undoing them elsewhere raises."""
    key = uuid5(act.transfer.reference, "undone at the kiosk")
    with_it: WithIt[Posting] = WithIt(partial(_undone, visit))
    if act.order is not None:
        endings.undo(order=act.order, by=visit.member, key=key, with_it=with_it)
        return
    posting = decide_undo(maker=visit.member, transfer=act.transfer, key=key, with_it=with_it)
    if declined := why_declined(posting):
        raise declined


def top_up(*, visit: Visit, amount: Money, key: UUID) -> Transfer:
    """Tops up on trust, up to the daily cap. Raises VisitOver, PinMissing, and what `top_up_on_trust` raises."""
    if queries.waits_for_pin(visit):
        raise PinMissing
    with_it: WithIt[Posting] = WithIt(lambda posting: _topped_up(visit, posting))
    return top_up_on_trust(member=visit.member, amount=amount, key=key, with_it=with_it)


def product_of(code: str) -> Variant | None:
    """The variant with this barcode, in either spelling. Raises CodeReadTwice."""
    barcodes = Barcode.objects.select_related("variant__product__seller")
    known = {barcode.code: barcode.variant for barcode in barcodes.filter(code__in=spellings(code))}
    if (half := half_of(code)) and barcodes.filter(code__in=spellings(half)).exists():
        raise CodeReadTwice
    return next((known[each] for each in spellings(code) if each in known), None)


def _without_pin(visit: Visit, shown: Money) -> Money | None:
    """How much the visit may buy without a PIN, in the member's currency; None: any amount, or a PIN was typed.

    Raises PinMissing if this purchase alone is too large, ConversionDown.
    """
    point = visit.device.sale_point
    if visit.proven_at is not None or point.pin == Pin.NEVER:
        return None
    if shown > converted(point.no_pin_up_to, to=shown.currency).target:
        raise PinMissing
    return converted(point.no_pin_per_visit, to=shown.currency).target


def _limited(visit: Visit, shown: Money) -> Proof | None:
    """The proof of a PIN that staff gave a code for, which counts what it pays in a day. Raises OverPinLimit."""
    if not visit.pin_is_limited:
        return None
    per_payment, per_day = limits_in(shown.currency)
    if shown > per_payment:
        raise OverPinLimit(per_payment, is_of_the_day=False)
    return Proof(visit.member_id, shown, per_day)


def _bought(visit: Visit, most: Money | None, proof: Proof | None, bought: Bought) -> None:
    """Counts the purchase in its money transaction. A repeated key was counted the first time."""
    if bought.repeated:
        return
    transfers = [each.posting.transfer_id for each in bought.booked]
    paid = [each.part.paid for each in bought.booked]
    _act(visit, transfers, bought.orders, paid, counts=visit.proven_at is None, most=most)
    if proof is not None:
        proof.spend()


def _undone(visit: Visit, posting: Posting) -> None:
    if posting.is_new:
        _act(visit)


def _topped_up(visit: Visit, posting: Posting) -> None:
    if posting.is_new:
        _act(visit, [posting.transfer_id], [None], [None])


def _act(
    visit: Visit,
    transfers: Sequence[int] = (),
    orders: Sequence[int | None] = (),
    paid: Sequence[Money | None] = (),
    *,
    counts: bool = False,
    most: Money | None = None,
) -> None:
    """Stores in the money transaction what was done. Raises VisitOver, PinMissing, which roll it back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT shop_act_in_visit(%s, %s, %s::bigint[], %s::bigint[], %s::bigint[], %s, %s)",
            [
                visit.pk,
                visit.device.sale_point.idle_s,
                list(transfers),
                list(orders),
                [amount.minor if amount else 0 for amount in paid],
                counts,
                None if most is None else most.minor,
            ],
        )
        result = cursor.fetchone()[0]
    if result == "over":
        raise VisitOver
    if result == "pin":
        raise PinMissing
