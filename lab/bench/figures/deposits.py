"""Many deposits of one bank at once: figure D7."""

from __future__ import annotations

import contextlib
import datetime as dt
import random
from collections.abc import Iterator, Sequence
from uuid import uuid4

from django.db.models import Sum

from conversion.money import Money, currency
from lab.bench import load
from lab.bench.figure import Experiment, Figure, Goal, Plan, Readings, Side
from lab.scratch import world
from lab.scratch.world import CURRENCY, Member
from ledger.models import Wallet
from ledger.wallets import balance_of
from treasury.banks.service import create_bank
from treasury.deposits import service
from treasury.models import Bank, Clearing, Deposit

CLIENTS = 16
ONE_PENNY = Money(1, currency(CURRENCY))


@contextlib.contextmanager
def of_one_bank(plan: Plan) -> Iterator[dict[str, Side]]:
    """D7: the clients deposit into one member's wallet, and into everybody's. The sum must be exact after each turn."""
    with world.town("deposits") as (_, people):
        bank = create_bank(
            username="tidebank",
            name="Tide Bank",
            email="tidebank@example.org",
            password=str(uuid4()),
            daily_cap=Money.of("1000000", CURRENCY),
        )
        yield {
            "one": _exact(load.side(_into(bank, people[:1]), plan, processes=CLIENTS, name="one wallet"), bank),
            "many": _exact(load.side(_into(bank, people), plan, processes=CLIENTS, name="many wallets"), bank),
        }


def _into(bank: Bank, people: Sequence[Member]) -> load.Client:
    """A client that deposits a penny into the wallet of one of these people, each time under a new reference."""

    def client(chance: random.Random) -> load.Action:
        # Only in the client's own process: no network is measured here, as with transfers.
        service.timestamp = lambda: dt.datetime.now(dt.UTC)
        wallets = list(Wallet.objects.filter(pk__in=[member.wallet for member in people]))

        def act() -> int:
            service.deposit(bank=bank, wallet=chance.choice(wallets), amount=ONE_PENNY, reference=str(uuid4()))
            return 1

        return act

    return client


def _exact(side: Side, bank: Bank) -> Side:
    """The side, which fails where the bank's clearing wallet is not minus the sum of its deposits."""

    def checked() -> Readings:
        readings = side()
        deposited = Deposit.objects.filter(bank=bank).aggregate(minor=Sum("amount_minor"))["minor"]
        clearing = Clearing.objects.select_related("wallet").get(bank=bank)
        found = (-balance_of(clearing.wallet).minor, clearing.counted_minor)
        if found != (deposited, deposited):
            raise AssertionError(f"deposits of {deposited} in minor units, in the clearing wallet and its cap {found}")
        return readings

    return checked


EXPERIMENTS = (
    Experiment(
        "D7",
        of_one_bank,
        (
            Figure(
                "D7",
                f"deposits of {CLIENTS} clients of a bank into one wallet ÷ into many; the sum is exact",
                quantity="rate",
                over="one",
                under="many",
                goal=Goal(">=", 0.5),
            ),
            Figure("D7", "deposits into one wallet", quantity="rate", over="one", unit="/s"),
            Figure(
                "D7", "deposits that were refused", quantity="refused", over="one", goal=Goal("<=", 0), may_be_zero=True
            ),
        ),
    ),
)
