"""Many clients that use the same wallets at once: figures S4, S5 and S11."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Iterator, Sequence
from functools import partial
from types import SimpleNamespace

from lab.bench import load
from lab.bench.figure import Experiment, Figure, Goal, Plan, Readings, Side
from lab.scratch import NotMeasured, databases, world
from lab.scratch.world import WALLETS, Member
from ledger import transactions

PROCESSES = 8
CROWD = 32


@contextlib.contextmanager
def popular(plan: Plan) -> Iterator[dict[str, Side]]:
    """S4: CROWD clients pay one append-only wallet without its lock; as many clients pay random members."""
    with world.town("popular") as (_, people):
        installation = world.system_wallet("trust")
        _require_that_they_are_counted("refused", people, plan, most_tries=1)
        yield {
            "popular": load.side(
                load.into(installation, people, takes_locks=False), plan, processes=CROWD, name="popular"
            ),
            "uniform": load.side(load.uniform(people), plan, processes=CROWD, name="uniform"),
        }


@contextlib.contextmanager
def hot(plan: Plan) -> Iterator[dict[str, Side]]:
    """S5: everybody pays one member's running wallet: with the lock set, without it, and without it or any pause."""
    with world.town("hot") as (_, people):
        everybody_pays_one = load.into(people[0].wallet, people[1:], takes_locks=True)
        yield {
            "locked": load.side(everybody_pays_one, plan, processes=PROCESSES, name="locked"),
            "blind": load.side(_without_locks(everybody_pays_one), plan, processes=PROCESSES, name="blind"),
            "at once": load.side(_retrying_at_once(everybody_pays_one), plan, processes=PROCESSES, name="at once"),
        }


@contextlib.contextmanager
def conflicts(plan: Plan) -> Iterator[dict[str, Side]]:
    """S11: retries under a uniform load, with few wallets and with many."""
    with contextlib.ExitStack() as stack:
        sides: dict[str, Side] = {}
        for members in (400, WALLETS):
            database = stack.enter_context(databases.scratch(f"of_{members}"))
            people = world.fill(database, members=members)
            with databases.connected_to(database):
                _require_that_they_are_counted("retries", people, plan, most_tries=transactions.MOST_TRIES)
            work = load.side(load.uniform(people), plan, processes=PROCESSES, name=f"{members} wallets")
            sides[f"{members} wallets"] = partial(_there, database, work)
        yield sides


def _there(database: str, work: Side) -> Readings:
    with databases.connected_to(database):
        return work()


def _require_that_they_are_counted(quantity: str, people: Sequence[Member], plan: Plan, *, most_tries: int) -> None:
    """A control: without locks, one hot wallet must show conflicts. Otherwise the counter of `quantity` does not work.

    Raises NotMeasured where there were none, since a count of zero would then prove nothing.
    """
    everybody_pays_one = load.into(people[0].wallet, people[1:], takes_locks=False)
    unguarded = _without_locks(everybody_pays_one, most_tries=most_tries)
    if not load.run_clients(unguarded, processes=PROCESSES, seconds=1.0, seed=plan.seed)[quantity]:
        raise NotMeasured(f"the control had no {quantity} either, so a count of none would say nothing")


def _without_locks(client: load.Client, *, most_tries: int = transactions.MOST_TRIES) -> load.Client:
    """The client without locks before the snapshot, and with at most `most_tries` tries.

    It changes `ledger.transactions` inside the client's own process, so other clients keep their locks.
    """

    def without(chance: random.Random) -> load.Action:
        transactions._lock_statement = lambda wallets, names=(): ""
        transactions.MOST_TRIES = most_tries
        return client(chance)

    return without


def _retrying_at_once(client: load.Client) -> load.Client:
    """The client as a naive program would do it: no locks and no pause, and retries until the transfer is booked."""

    def again_and_again(chance: random.Random) -> load.Action:
        transactions.time = SimpleNamespace(monotonic=time.monotonic, sleep=lambda seconds: None)  # type: ignore[assignment]
        transactions.MOST_SECONDS = 60.0
        return _without_locks(client, most_tries=100_000)(chance)

    return again_and_again


EXPERIMENTS = (
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
                never=True,
            ),
        ),
    ),
    Experiment(
        "S5",
        hot,
        (
            Figure(
                "S5",
                f"hot member wallet, {PROCESSES} processes: locked first ÷ blind retry",
                quantity="rate",
                over="locked",
                under="blind",
                goal=Goal(">=", 2),
            ),
            Figure(
                "S5",
                "the same: time of the slowest hundredth (p99)",
                quantity="p99_s",
                over="locked",
                under="blind",
                goal=Goal("<=", 0.1),
            ),
            Figure("S5", "locked first ÷ retried at once until done", quantity="rate", over="locked", under="at once"),
            Figure("S5", "the same: p99", quantity="p99_s", over="locked", under="at once"),
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
)
