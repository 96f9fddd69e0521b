"""Transfers by function call: S1, S3, S4, S5, S6, S11, S13."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import random
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import SimpleNamespace
from uuid import uuid4

from conversion.money import Money, currency
from payments import db, ledger
from payments.db import in_one_transaction
from payments.ledger import Instruction, Leg

from .. import databases, hordak, load, pgbench, world
from ..figure import Experiment, Figure, Goal, NotMeasured, Plan, Readings, Side
from ..world import CURRENCY, Member

WALLETS = 10_000
PROCESSES = 8
CROWD = 32
PAYOUTS = 10_000
LEDGER_TABLES = ("payments_wallet", "payments_transfer", "payments_entry")


@contextlib.contextmanager
def town(name: str, *, members: int = WALLETS) -> Iterator[tuple[str, list[Member]]]:
    """A database with members who have money; Django's connection leads there."""
    with databases.scratch(name) as database:
        people = world.fill(database, members=members)
        with databases.connected_to(database):
            yield database, people


def clients(client: load.Client, plan: Plan, *, processes: int, name: str) -> Side:
    """A side that runs the client's processes; every repeat has chance of its own, and the same in the next run."""
    turn = itertools.count()
    return lambda: load.run_clients(
        client, processes=processes, seconds=plan.seconds, seed=f"{plan.seed}/{name}/{next(turn)}"
    )


@contextlib.contextmanager
def beside_pgbench(plan: Plan) -> Iterator[dict[str, Side]]:
    with town("uniform") as (_, people), pgbench.plain_transfers(plan, wallets=WALLETS) as plain:
        yield {
            "wallet": clients(load.uniform(people), plan, processes=PROCESSES, name="uniform"),
            "pgbench": plain,
        }


@contextlib.contextmanager
def beside_hordak(plan: Plan) -> Iterator[dict[str, Side]]:
    with hordak.transfers(plan) as theirs, town("one_session") as (_, people):
        yield {"wallet": clients(load.uniform(people), plan, processes=1, name="one session"), "hordak": theirs}


@contextlib.contextmanager
def sessions(plan: Plan) -> Iterator[dict[str, Side]]:
    with town("sessions") as (_, people):
        yield {
            f"{number} sessions": clients(load.uniform(people), plan, processes=number, name=f"of {number}")
            for number in (1, PROCESSES)
        }


@contextlib.contextmanager
def popular(plan: Plan) -> Iterator[dict[str, Side]]:
    with town("popular") as (_, people):
        house = ledger.house_wallet.__wrapped__("trust", CURRENCY)
        _require_that_they_are_counted("refused", people, plan, most_tries=1)
        yield {
            "popular": clients(load.into(house, people, stands_in_line=False), plan, processes=CROWD, name="popular"),
            "uniform": clients(load.uniform(people), plan, processes=CROWD, name="uniform"),
        }


def _require_that_they_are_counted(quantity: str, people: Sequence[Member], plan: Plan, *, most_tries: int) -> None:
    """A zero is believed only from a counter that counts: without a line one hot wallet must show some conflicts."""
    everybody_pays_one = load.into(people[0].wallet, people[1:], stands_in_line=False)
    unguarded = _without_line(everybody_pays_one, most_tries=most_tries)
    if not load.run_clients(unguarded, processes=PROCESSES, seconds=1.0, seed=plan.seed)[quantity]:
        raise NotMeasured(f"the control had no {quantity} either, so a count of none would say nothing")


@contextlib.contextmanager
def hot(plan: Plan) -> Iterator[dict[str, Side]]:
    with town("hot") as (_, people):
        everybody_pays_one = load.into(people[0].wallet, people[1:], stands_in_line=True)
        yield {
            "in line": clients(everybody_pays_one, plan, processes=PROCESSES, name="in line"),
            "blind": clients(_without_line(everybody_pays_one), plan, processes=PROCESSES, name="blind"),
            "at once": clients(_retrying_at_once(everybody_pays_one), plan, processes=PROCESSES, name="at once"),
        }


def _without_line(client: load.Client, *, most_tries: int = db.MOST_TRIES) -> load.Client:
    """The same with nobody standing in line. Clients are processes of their own, so it is gone only there."""

    def without(chance: random.Random) -> load.Action:
        db._line = lambda wallets: ""
        db.MOST_TRIES = most_tries
        return client(chance)

    return without


def _retrying_at_once(client: load.Client) -> load.Client:
    """As who has never met a conflict would write it: no line, no pause, again and again until it is done."""

    def again_and_again(chance: random.Random) -> load.Action:
        db.time = SimpleNamespace(monotonic=time.monotonic, sleep=lambda seconds: None)  # type: ignore[assignment]
        db.MOST_SECONDS = 60.0
        return _without_line(client, most_tries=100_000)(chance)

    return again_and_again


@contextlib.contextmanager
def payouts(plan: Plan) -> Iterator[dict[str, Side]]:
    with town("payouts", members=PAYOUTS + 2) as (_, people):
        payer, *payees = people[: PAYOUTS + 1]
        _fund(payer)
        yield {f"in {chunk}s": _paying_out(payer, payees, chunk) for chunk in (100, 1_000, PAYOUTS)}


def _fund(payer: Member) -> None:
    house = ledger.house_wallet.__wrapped__("grants", CURRENCY)
    _book(payer, [Leg(house, payer.wallet, Money(10**12, currency(CURRENCY)))], in_line=[payer.wallet])


def _paying_out(payer: Member, payees: Sequence[Member], chunk: int) -> Side:
    def measure() -> Readings:
        began = time.perf_counter()
        for start in range(0, len(payees), chunk):
            some = payees[start : start + chunk]
            legs = [Leg(payer.wallet, payee.wallet, Money(1, currency(CURRENCY))) for payee in some]
            _book(payer, legs, in_line=[payer.wallet, *(payee.wallet for payee in some)])
        return {"count": len(payees), "rate": len(payees) / (time.perf_counter() - began)}

    return measure


def _book(payer: Member, legs: Sequence[Leg], *, in_line: Sequence[int]) -> None:
    """Each leg as a transfer of its own, all in one transaction."""
    instructions = [Instruction(key=uuid4(), kind="payment", legs=(leg,)) for leg in legs]
    post = partial(ledger.post_all, instructions, made_by=payer.user, made_at=dt.datetime.now(dt.UTC))
    assert all(posting.is_new for posting in in_one_transaction(post, wallets=in_line))


@contextlib.contextmanager
def on_disk(plan: Plan) -> Iterator[dict[str, Side]]:
    with town("on_disk") as (database, people):
        work = clients(load.uniform(people), plan, processes=PROCESSES, name="on disk")
        yield {"wallet": lambda: _growth(database, work)}


def _growth(database: str, work: Callable[[], Readings]) -> Readings:
    """Bytes a transfer left behind in all tables and indexes of the ledger, vacuumed before and after."""
    before, booked_before = _size(database), _booked(database)
    work()
    count = _booked(database) - booked_before  # with those that warmed up, which also left their bytes
    return {"count": count, "bytes": (_size(database) - before) / count}


def _size(database: str) -> int:
    databases.as_owner(database, f"VACUUM {', '.join(LEDGER_TABLES)}")
    sizes = " + ".join(f"pg_total_relation_size('{table}')" for table in LEDGER_TABLES)
    return databases.ask_owner(database, f"SELECT {sizes}")[0]


def _booked(database: str) -> int:
    return databases.ask_owner(database, "SELECT count(*) FROM payments_transfer")[0]


@contextlib.contextmanager
def conflicts(plan: Plan) -> Iterator[dict[str, Side]]:
    with contextlib.ExitStack() as stack:
        sides: dict[str, Side] = {}
        for members in (400, WALLETS):
            database = stack.enter_context(databases.scratch(f"of_{members}"))
            people = world.fill(database, members=members)
            with databases.connected_to(database):
                _require_that_they_are_counted("retries", people, plan, most_tries=db.MOST_TRIES)
            work = clients(load.uniform(people), plan, processes=PROCESSES, name=f"{members} wallets")
            sides[f"{members} wallets"] = partial(_there, database, work)
        yield sides


def _there(database: str, work: Side) -> Readings:
    with databases.connected_to(database):
        return work()


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
            Figure("S3", "transfers by function call, one session", quantity="rate", over="1 sessions", unit="/s"),
            Figure("S3", f"the same from {PROCESSES}", quantity="rate", over=f"{PROCESSES} sessions", unit="/s"),
        ),
    ),
    Experiment(
        "S4",
        popular,
        (
            Figure(
                "S4",
                f"one popular wallet, {CROWD} clients ÷ uniform load",
                quantity="rate",
                over="popular",
                under="uniform",
                goal=Goal(">=", 1.0),
            ),
            Figure(
                "S4",
                "conflicts that reached the caller",
                quantity="refused",
                over="popular",
                goal=Goal("<=", 0),
                may_be_zero=True,
            ),
        ),
    ),
    Experiment(
        "S5",
        hot,
        (
            Figure(
                "S5",
                f"hot member wallet, {PROCESSES} processes: in line ÷ blind retry",
                quantity="rate",
                over="in line",
                under="blind",
                goal=Goal(">=", 2),
            ),
            Figure(
                "S5",
                "the same: time of the slowest hundredth (p99)",
                quantity="p99_s",
                over="in line",
                under="blind",
                goal=Goal("<=", 0.1),
            ),
            Figure("S5", "in line ÷ retried at once until done", quantity="rate", over="in line", under="at once"),
            Figure("S5", "the same: p99", quantity="p99_s", over="in line", under="at once"),
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
        "S11",
        conflicts,
        tuple(
            Figure(
                "S11",
                f"retries a transfer, {members:,} wallets, uniform, {PROCESSES} clients",
                quantity="retries",
                over=f"{members} wallets",
                goal=Goal("<=", limit),
                may_be_zero=True,
            )
            for members, limit in ((400, 0.05), (WALLETS, 0.005))
        ),
    ),
    Experiment(
        "S13",
        on_disk,
        (Figure("S13", "on disk for each transfer", quantity="bytes", over="wallet", unit=" B"),),
    ),
)
