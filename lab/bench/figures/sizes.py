"""Figure S10: whether operations take longer in a large ledger than in a small one."""

from __future__ import annotations

import contextlib
import itertools
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from lab.bench import load, timing
from lab.bench.figure import Experiment, Figure, Goal, Plan, Readings, Side
from lab.scratch import databases, installation, visitors, world
from lab.scratch.visitors import Visitor
from lab.scratch.world import Member
from ledger import audit
from ledger.models import Wallet
from ledger.wallets import balance_of

SMALL = 10_000
ENTRIES_EACH = 100  # for each member in both sizes, so that every page shows the same number of rows
ROUNDS = ENTRIES_EACH - 2  # the grant makes two more: one in the member's wallet, one in the system wallet
WATCHED = 50  # members whose pages and balances are read
PARTS = ("transfer", "balance", "history page", "home page")


@contextlib.contextmanager
def sizes(plan: Plan) -> Iterator[dict[str, Side]]:
    installation.collect_static_files(plan.place)
    with contextlib.ExitStack() as stack:
        stack.enter_context(installation.clock_running(plan.place))
        small = stack.enter_context(_ledger_of(SMALL, plan, "small"))
        _require_balanced(small)
        large = stack.enter_context(_ledger_of(plan.entries, plan, "large"))
        yield {"small": partial(_measure, *small, plan), "large": partial(_measure, *large, plan)}


@contextlib.contextmanager
def _ledger_of(entries: int, plan: Plan, name: str) -> Iterator[tuple[str, list[Member], list[Visitor]]]:
    with databases.scratch(f"{name}_ledger") as database:
        people = world.fill(database, members=entries // ENTRIES_EACH, rounds=ROUNDS)
        watched = random.Random(plan.seed).sample(people, WATCHED)  # noqa: S311 - the same people every time
        with databases.connected_to(database):
            by = [visitors.signed_in(member) for member in watched]
        yield database, people, by


def _require_balanced(made: tuple[str, list[Member], list[Visitor]]) -> None:
    """Raises AssertionError where the generated data breaks a law: only a valid ledger may be measured."""
    with databases.connected_to(made[0]):
        found = audit.breaches()
    assert not found, f"the generated books do not balance: {found[:3]}"


def _measure(database: str, people: Sequence[Member], by: Sequence[Visitor], plan: Plan) -> Readings:
    chance = random.Random(plan.seed)  # noqa: S311
    with databases.connected_to(database):
        wallets = list(Wallet.objects.filter(pk__in=[visitor.member.wallet for visitor in by]))
        acts: tuple[tuple[Callable[[Any], object], Iterable[Any]], ...] = (
            (partial(_transfer, people, chance), itertools.repeat(None)),
            (balance_of, itertools.cycle(wallets)),
            (lambda visitor: visitor.look_at("/payments/history/"), itertools.cycle(by)),
            (lambda visitor: visitor.look_at("/"), itertools.cycle(by)),
        )
        readings: Readings = {"count": 0}
        for part, (act, things) in zip(PARTS, acts, strict=True):
            measured = timing.timed(act, things, seconds=plan.seconds / len(PARTS))
            readings[part] = measured["time_s"]
            readings["count"] += measured["count"]
        return readings


def _transfer(people: Sequence[Member], chance: random.Random, _: None) -> None:
    payer, payee = chance.sample(people, 2)
    load.transfer(payer, payee.wallet, lock_set=(payer.wallet, payee.wallet))


EXPERIMENTS = (
    Experiment(
        "S10",
        sizes,
        tuple(
            Figure(
                "S10",
                f"time of {part}: a large ledger ÷ one of {SMALL:,} entries",
                quantity=part,
                over="large",
                under="small",
                goal=Goal("<=", 1.3),
            )
            for part in PARTS
        ),
    ),
)
