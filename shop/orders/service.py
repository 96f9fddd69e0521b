"""Buying: one decision books the money of every seller, stores their orders and takes the stock, or does nothing.

One tap buys one variant; a cart buys several, of several sellers. Each seller's order has one transfer. What the page
showed is what is booked, or less: more is refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID, uuid4, uuid5

from django.conf import settings
from django.db import connection

from accounts.models import User
from accounts.people.standing import Roles, require_may_move
from conversion.errors import KeyReused, PaymentError
from conversion.money import Money
from ledger.errors import Busy
from ledger.exchange import legs_between
from ledger.floors import floor_in_force
from ledger.models import Wallet
from ledger.posting import Instruction, Outcome, Posting, is_known, post
from ledger.settlement import settle
from ledger.timestamps import timestamp
from ledger.transactions import WithIt, in_one_transaction
from payments.owners import wallet_of
from payments.proofs import Proof, prove
from shop.sale_points.models import SalePoint
from shop.stock.errors import SoldOut
from shop.stock.service import lock_name

from .errors import AgeNotConfirmed, DebtLimitReached, PriceChanged, SoldByStaffOnly
from .kinds import PURCHASE
from .models import Order
from .pricing import Part, Wanted, priced, total_of

MOST_LOOKS = 3  # how often a purchase looks at the prices again that changed between the page's look and the booking


class PricesMoved(Exception):
    """Between the look at the prices and the transaction, one of them changed. Nothing was booked."""


@dataclass(frozen=True, slots=True)
class Booked:
    """An order as it was stored a moment ago, and the transfer that paid it."""

    order: int
    reference: UUID
    made_at: dt.datetime
    part: Part
    posting: Posting


@dataclass(frozen=True, slots=True)
class Bought:
    """The orders of one purchase. `repeated`: the key was known, and nothing new was booked.

    If it was, `booked` has what each order is. So what else is stored with it need not look for them among those of
    all buyers.
    """

    orders: tuple[int, ...]
    repeated: bool
    booked: tuple[Booked, ...] = ()


def buy(
    *,
    buyer: User,
    wanted: Sequence[Wanted],
    sale_point: SalePoint,
    shown: Money,
    key: UUID,
    pin: str | None,
    status: str,
    maker: User | None = None,
    roles: Roles = None,
    drawer: Wallet | None = None,
    id_was_seen: bool = False,
    with_it: WithIt[Bought] | None = None,
) -> Bought:
    """Buys what is wanted, if it costs no more than `shown`, in the buyer's currency. The same key buys once.

    `pin` None: the buyer has proven themselves otherwise, or the sale point asks for none. `status` is that of the new
    orders. At a till, `maker` is the cashier, who must have one of `roles`; of cash they are the buyer, too, and pay
    from the `drawer`, which has no floor. `id_was_seen`: the maker has seen the buyer's age. Raises PriceChanged,
    NotSold, TooManyOfOne, SoldOut, DebtLimitReached, AgeNotConfirmed, SoldByStaffOnly, PinMissing, PinWrong, PinLocked,
    OverPinLimit, AccountFrozen, RoleMissing, OwnAccount, KeyReused, Busy, InDoubt, ServiceDown. None of these stores
    anything: the same key may be sent again.
    """
    wallet, maker = drawer or wallet_of(buyer), maker or buyer
    assert drawer is None or (maker == buyer and roles is not None)
    proof = prove(buyer, shown, pin)  # before the transaction: a wrong try stays counted
    made_at = timestamp()
    settle(wallet)  # a merchant can spend only what is settled
    for _ in range(MOST_LOOKS):
        parts = priced(wallet, wanted, sale_point)  # the conversion service is asked before the transaction
        sale = (parts, sale_point, shown, key, proof, made_at, status)
        decide = partial(_buy, buyer, maker, wallet, *sale, roles=roles, id_was_seen=id_was_seen)
        strict = [price.variant for part in parts for price, _ in part.lines if price.strict]
        try:
            return in_one_transaction(
                decide,
                wallets=[wallet.pk],
                also_lock=[lock_name(variant) for variant in strict],
                with_it=with_it and WithIt(with_it.write),  # a transaction that saw other prices wrote nothing
            )
        except PricesMoved:
            continue
    raise Busy


def _buy(
    buyer: User,
    maker: User,
    wallet: Wallet,
    parts: Sequence[Part],
    sale_point: SalePoint,
    shown: Money,
    key: UUID,
    proof: Proof,
    made_at: dt.datetime | None,
    status: str,
    roles: Roles = None,
    id_was_seen: bool = False,
) -> Bought:
    """Decides the purchase. Runs inside the money transaction, once for each try.

    The money moves before the stock. So a repeated key ends here and has taken nothing, and whatever is refused later
    rolls the money back. Nobody locks a stock first and a wallet afterwards, so no two wait for each other.
    """
    keys = [uuid5(key, str(part.seller.reference)) for part in parts]  # of the transfers; the orders have the form's
    known = partial(is_known, keys[0], made_by=maker.pk)
    payers = [] if wallet.floor is None else [buyer.pk]  # whose the cash in a drawer was, nobody knows
    payees = [part.seller.owner_id for part in parts]
    require_may_move(maker.pk, roles=roles, payers=payers, payees=payees, unless=known)
    too_young = _unconfirmed_age(parts, sale_point, id_was_seen=id_was_seen)
    if too_young is not None and not known():
        raise too_young
    if total_of(parts) > shown and not known():
        raise PriceChanged(total_of(parts))
    orders: list[int] = []
    booked: list[Booked] = []
    for part, of_seller in zip(parts, keys, strict=True):
        legs = legs_between(wallet, part.seller, paid=part.paid, received=part.total)
        instruction = Instruction(key=of_seller, kind=PURCHASE, note=_note(part), legs=legs, may_owe=True)
        posting = post(instruction, made_by=maker.pk, made_at=made_at)
        if posting.repeated and posting.outcome == Outcome.BOOKED:
            orders.append(Order.objects.values_list("pk", flat=True).get(money__transfer_id=posting.transfer_id))
            continue
        if posting.outcome != Outcome.BOOKED:
            if _prices_moved(part, sale_point):  # at a price that fell meanwhile, the money may do
                raise PricesMoved
            raise DebtLimitReached(_left(wallet))
        seen_by = maker.pk if id_was_seen and part.minimum_age else None
        booked.append(_store(buyer, maker, wallet, part, sale_point, key, status, posting, seen_by))
        orders.append(booked[-1].order)
    if len(booked) < len(orders):
        # What is known was not checked again, so nothing new may come with it.
        if booked or Order.objects.filter(maker=maker, key=key).count() > len(orders):
            raise KeyReused("products")
        return Bought(tuple(orders), repeated=True)
    if wallet.floor:  # who may not owe cannot owe more than they may
        _require_within_wished_floor(wallet)
    proof.spend()
    return Bought(tuple(orders), repeated=False, booked=tuple(booked))


def _unconfirmed_age(parts: Sequence[Part], sale_point: SalePoint, *, id_was_seen: bool) -> PaymentError | None:
    """What refuses a product with a minimum age, of whichever way to buy; None if somebody looks at the buyer's ID.

    At a till, the cashier says so for each sale. Elsewhere the sale point says whether somebody is there who does.
    """
    limited = [price for part in parts for price, _ in part.lines if price.minimum_age]
    if not limited or id_was_seen:
        return None
    if sale_point.kind == SalePoint.Kind.TILL:
        return AgeNotConfirmed(max(price.minimum_age or 0 for price in limited))
    return None if sale_point.confirms_age else SoldByStaffOnly(", ".join(price.title for price in limited))


def _prices_moved(part: Part, sale_point: SalePoint) -> bool:
    prices_of = [price for price, _ in part.lines]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT shop_prices_moved(%s, %s, %s, %s, %s)",
            [
                [price.variant for price in prices_of],
                [price.revision for price in prices_of],
                [price.unit_minor for price in prices_of],
                sale_point.pk,
                settings.TIME_ZONE,
            ],
        )
        return bool(cursor.fetchone()[0])


def _note(part: Part) -> str:
    """What the histories of both sides show."""
    titles = [f"{quantity} × {price.title}" if quantity > 1 else price.title for price, quantity in part.lines]
    return ", ".join(titles)[:140]


def _store(
    buyer: User,
    maker: User,
    wallet: Wallet,
    part: Part,
    sale_point: SalePoint,
    key: UUID,
    status: str,
    posting: Posting,
    age_confirmed_by: int | None,
) -> Booked:
    """Stores the order of a booked transfer, and takes the stock. Raises PricesMoved, SoldOut.

    The database looks at the prices once more as it stores them: in the same statement, since every sale does.
    """
    reference, prices_of = uuid4(), [price for price, _ in part.lines]
    with connection.cursor() as cursor:
        cursor.execute(
            # The time is that of the statement, which is the default of `made_at`.
            "SELECT stored, refusal, statement_timestamp() FROM shop_store_order("
            "%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::int[], %s, %s::int[], %s)",
            [
                str(reference),
                buyer.pk,
                wallet.pk,
                part.seller.pk,
                sale_point.pk,
                settings.TIME_ZONE,
                maker.pk,
                str(key),
                status,
                posting.transfer_id,
                part.paid.minor,
                [price.variant for price in prices_of],
                [price.revision for price in prices_of],
                [price.title for price in prices_of],
                [quantity for _, quantity in part.lines],
                [price.unit_minor for price in prices_of],
                [price.vat_permille for price in prices_of],
                age_confirmed_by,
            ],
        )
        order, refusal, made_at = cursor.fetchone()
    if refusal == "prices_moved":
        raise PricesMoved
    if refusal == "sold_out":
        raise SoldOut(prices_of[0].title if len(prices_of) == 1 else "")
    return Booked(order, reference, made_at, part, posting)


def _require_within_wished_floor(wallet: Wallet) -> None:
    """A limit that was lowered counts at once, though the ledger's floor follows only as the debt is paid back."""
    if _above_floor(wallet).minor < 0:
        raise DebtLimitReached(Money(0, wallet.currency))


def _left(wallet: Wallet) -> Money:
    """What the buyer could still spend, debt included."""
    return max(_above_floor(wallet), Money(0, wallet.currency))


def _above_floor(wallet: Wallet) -> Money:
    """How far the wallet is above the floor in force. Inside the transaction: the wallet is locked."""
    now = Wallet.objects.get(pk=wallet.pk)
    assert now.floor is not None
    return now.available - floor_in_force(now)
