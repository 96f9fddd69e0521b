"""Transfers by function call, compared with other programs or measured alone: figures S1, S2, S3, S6 and S13."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from uuid import uuid4

from conversion.money import Money, currency
from lab.bench import hordak, load, pgbench
from lab.bench.figure import Experiment, Figure, Goal, Plan, Readings, Side
from lab.scratch import databases, world
from lab.scratch.world import CURRENCY, WALLETS, Member
from ledger.posting import Instruction, Leg, post_all
from ledger.transactions import in_one_transaction

PROCESSES = 8
PAYOUTS = 10_000
LEDGER_TABLES = ("ledger_wallet", "ledger_transfer", "ledger_entry")


@contextlib.contextmanager
def beside_pgbench(plan: Plan) -> Iterator[dict[str, Side]]:
    with world.town("uniform") as (_, people), pgbench.plain_transfers(plan, wallets=WALLETS) as plain:
        yield {
            "wallet": load.side(load.uniform(people), plan, processes=PROCESSES, name="uniform"),
            "pgbench": plain,
        }


@contextlib.contextmanager
def beside_hordak(plan: Plan) -> Iterator[dict[str, Side]]:
    with hordak.transfers(plan) as theirs, world.town("one_session") as (_, people):
        yield {"wallet": load.side(load.uniform(people), plan, processes=1, name="one session"), "hordak": theirs}


@contextlib.contextmanager
def sessions(plan: Plan) -> Iterator[dict[str, Side]]:
    with world.town("sessions") as (_, people):
        yield {
            name: load.side(load.uniform(people), plan, processes=number, name=name)
            for name, number in (("one", 1), ("eight", PROCESSES))
        }


@contextlib.contextmanager
def payouts(plan: Plan) -> Iterator[dict[str, Side]]:
    with world.town("payouts", members=PAYOUTS + 2) as (_, people):
        payer, *payees = people[: PAYOUTS + 1]
        fund(payer)
        yield {f"in {chunk}s": _paying_out(payer, payees, chunk) for chunk in (100, 1_000, PAYOUTS)}


def fund(payer: Member) -> None:
    """Gives the payer a billion units from the installation's grants."""
    installation = world.system_wallet("grants")
    _book(payer, [Leg(installation, payer.wallet, Money(10**12, currency(CURRENCY)))], lock_set=[payer.wallet])


def _paying_out(payer: Member, payees: Sequence[Member], chunk: int) -> Side:
    def measure() -> Readings:
        began = time.perf_counter()
        pay_out(payer, payees, chunk)
        return {"count": len(payees), "rate": len(payees) / (time.perf_counter() - began)}

    return measure


def pay_out(payer: Member, payees: Sequence[Member], chunk: int) -> None:
    """Pays one minor unit to each payee, `chunk` of them in one transaction."""
    for start in range(0, len(payees), chunk):
        some = payees[start : start + chunk]
        legs = [Leg(payer.wallet, payee.wallet, Money(1, currency(CURRENCY))) for payee in some]
        _book(payer, legs, lock_set=[payer.wallet, *(payee.wallet for payee in some)])


def _book(payer: Member, legs: Sequence[Leg], *, lock_set: Sequence[int]) -> None:
    """Books each leg as a transfer of its own, all of them in one transaction."""
    instructions = [Instruction(key=uuid4(), kind="payment", legs=(leg,)) for leg in legs]
    post = partial(post_all, instructions, made_by=payer.user, made_at=dt.datetime.now(dt.UTC))
    assert all(posting.is_new for posting in in_one_transaction(post, wallets=lock_set))


@contextlib.contextmanager
def on_disk(plan: Plan) -> Iterator[dict[str, Side]]:
    with world.town("on_disk") as (database, people):
        work = load.side(load.uniform(people), plan, processes=PROCESSES, name="on disk")
        yield {"wallet": lambda: _growth(database, work)}


def _growth(database: str, work: Callable[[], Readings]) -> Readings:
    """The bytes that a transfer adds to the ledger's tables and indexes, which are vacuumed before and after."""
    before, booked_before = _size(database), _booked(database)
    work()
    count = _booked(database) - booked_before  # with the transfers of the warm-up, which take space as well
    return {"count": count, "bytes": (_size(database) - before) / count}


def _size(database: str) -> int:
    databases.as_owner(database, f"VACUUM {', '.join(LEDGER_TABLES)}")
    sizes = " + ".join(f"pg_total_relation_size('{table}')" for table in LEDGER_TABLES)
    return databases.ask_owner(database, f"SELECT {sizes}")[0]


def _booked(database: str) -> int:
    return databases.ask_owner(database, "SELECT count(*) FROM ledger_transfer")[0]


EXPERIMENTS = (
    Experiment(
        "S1",
        beside_pgbench,
        (
            Figure(
                "S1",
                f"transfers by function call from {PROCESSES} processes ÷ pgbench plain SERIALIZABLE",
                quantity="rate",
                over="wallet",
                under="pgbench",
                goal=Goal(">=", 0.65, 0.9),
            ),
        ),
    ),
    Experiment(
        "S2",
        beside_hordak,
        (
            Figure(
                "S2",
                "transfers in one process ÷ django-hordak transfer_to",
                quantity="rate",
                over="wallet",
                under="hordak",
                goal=Goal(">=", 4),
            ),
        ),
    ),
    Experiment(
        "S3",
        sessions,
        (
            Figure("S3", "transfers by function call, one session", quantity="rate", over="one", unit="/s"),
            Figure("S3", f"the same from {PROCESSES}", quantity="rate", over="eight", unit="/s"),
        ),
    ),
    Experiment(
        "S6",
        payouts,
        tuple(
            Figure("S6", f"{PAYOUTS:,} payouts in chunks of {chunk:,}", quantity="rate", over=f"in {chunk}s", unit="/s")
            for chunk in (100, 1_000, PAYOUTS)
        ),
    ),
    Experiment(
        "S13",
        on_disk,
        (Figure("S13", "on disk for each transfer", quantity="bytes", over="wallet", unit=" B"),),
    ),
)
