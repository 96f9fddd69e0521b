"""Purchases with one tap: figures H2, by function call beside bare transfers, H4 and H5, pages."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import random
from collections.abc import Iterator, Sequence
from functools import partial
from urllib.parse import urlencode
from uuid import uuid4

from django.urls import reverse

from accounts.models import User
from lab.bench import load, timing
from lab.bench.figure import Experiment, Figure, Goal, Plan, Side
from lab.bench.figures.pages import in_process, looking_at
from lab.bench.urls import EMPTY
from lab.scratch import world
from lab.scratch.goods import PRICE_MINOR, open_shop
from lab.scratch.visitors import FORM, ORIGIN, Visitor
from lab.scratch.world import Member
from ledger.models import Wallet
from ledger.transactions import in_one_transaction
from payments.proofs import Proof
from shop.models import Order, SalePoint, Variant
from shop.orders import service
from shop.orders.pricing import Part, Wanted, priced, total_of
from shop.orders.service import Bought

PROCESSES = 8


@contextlib.contextmanager
def beside_transfers(plan: Plan) -> Iterator[dict[str, Side]]:
    """Everybody buys one thing whose stock is on trust, or pays its merchant as much by a plain transfer."""
    with world.town("purchases") as (_, people):
        sale_point, variant = open_shop()
        merchant = variant.product.seller.pk
        purchases = _buying(people, sale_point, variant)
        yield {
            "purchases": load.side(purchases, plan, processes=PROCESSES, name="purchases"),
            "transfers": load.side(
                load.into(merchant, people, takes_locks=False), plan, processes=PROCESSES, name="transfers"
            ),
        }


def _buying(people: Sequence[Member], sale_point: SalePoint, variant: Variant) -> load.Client:
    """A client whose people buy one each time: the transaction of `buy`, without the services that it asks before."""
    wanted = [Wanted(variant)]

    def client(chance: random.Random) -> load.Action:
        some = chance.sample(people, 500)
        users = User.objects.in_bulk([member.user for member in some])
        wallets = Wallet.objects.in_bulk([member.wallet for member in some])
        parts = priced(next(iter(wallets.values())), wanted, sale_point)
        total = total_of(parts)

        def act() -> int:
            member = chance.choice(some)
            return _buy_once(users[member.user], wallets[member.wallet], parts, sale_point, total)

        return act

    return client


def _buy_once(buyer: User, wallet: Wallet, parts: list[Part], sale_point: SalePoint, total: load.Money) -> int:
    attempts, key, made_at = 0, uuid4(), dt.datetime.now(dt.UTC)

    def decide() -> Bought:
        nonlocal attempts
        attempts += 1
        proof = Proof(buyer.pk, total)
        status = Order.Status.COLLECTED
        return service._buy(buyer, buyer, wallet, parts, sale_point, total, key, proof, made_at, status)

    if in_one_transaction(decide, wallets=[wallet.pk]).repeated:
        raise AssertionError("a benchmark's purchase was known")
    return attempts


@contextlib.contextmanager
def by_post(plan: Plan) -> Iterator[dict[str, Side]]:
    with in_process(plan, "shop") as (by, _):
        _sale_point, variant = open_shop()
        tap = partial(_tap, value=f"{variant.reference}.{PRICE_MINOR}")
        yield {
            "POST buy": lambda: timing.timed(tap, itertools.cycle(by), seconds=plan.seconds),
            "empty page": looking_at(EMPTY, by, plan),
        }


@contextlib.contextmanager
def the_page(plan: Plan) -> Iterator[dict[str, Side]]:
    with in_process(plan, "shop_page") as (by, _):
        open_shop(things=60)
        yield {"the shop": looking_at(reverse("shop:shop"), by, plan), "empty page": looking_at(EMPTY, by, plan)}


def _tap(visitor: Visitor, *, value: str) -> None:
    fields = {"csrfmiddlewaretoken": visitor.token, "key": str(uuid4()), "buy": value}
    answer = visitor.browser.post(
        reverse("shop:buy"), urlencode(fields), FORM, secure=True, headers={"Referer": ORIGIN}
    )
    assert "bought=" in answer.headers.get("Location", ""), f"{answer.status_code}: not bought"


EXPERIMENTS = (
    Experiment(
        "H2",
        beside_transfers,
        (
            Figure(
                "H2",
                f"one-tap purchases (order, line, stock on trust) ÷ bare transfers, {PROCESSES} processes",
                quantity="rate",
                over="purchases",
                under="transfers",
                goal=Goal(">=", 0.6),
            ),
        ),
    ),
    Experiment(
        "H4",
        by_post,
        (
            Figure(
                "H4",
                "POST of one tap, in one process, over an empty page",
                quantity="time_s",
                over="POST buy",
                under="empty page",
            ),
        ),
    ),
    Experiment(
        "H5",
        the_page,
        (
            Figure(
                "H5",
                "the shop's page, in one process, over an empty page",
                quantity="time_s",
                over="the shop",
                under="empty page",
            ),
        ),
    ),
)
