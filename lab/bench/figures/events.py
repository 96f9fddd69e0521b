"""Events: what they cost the transfer that writes them, and how fast they are told: figures D1 and D3."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from events.models import Event
from lab.bench import load
from lab.bench.figure import Experiment, Figure, Goal, Plan, Readings, Side
from lab.scratch import databases, world
from outbox.events.service import tell_events

from .transfers import PROCESSES, fund, pay_out

TOLD = 10_000


@contextlib.contextmanager
def with_and_without_listeners(plan: Plan) -> Iterator[dict[str, Side]]:
    with world.town("nobody_listens") as (_, quiet), world.town("all_listen") as (heard, people):
        _let_everybody_listen(heard)
        yield {
            "nobody listens": load.side(load.uniform(quiet), plan, processes=PROCESSES, name="nobody listens"),
            "both listen": load.side(load.uniform(people), plan, processes=PROCESSES, name="both listen"),
        }


@contextlib.contextmanager
def telling(plan: Plan) -> Iterator[dict[str, Side]]:
    with world.town("told", members=TOLD + 2) as (database, people):
        _let_everybody_listen(database)
        payer, *payees = people[: TOLD + 1]
        fund(payer)
        tell_events()  # of the grant

        def measure() -> Readings:
            pay_out(payer, payees, 100)
            began, told = time.perf_counter(), 0
            while some := tell_events():
                told += some
            assert told == TOLD
            assert not Event.objects.exists()
            return {"count": told, "seconds": time.perf_counter() - began}

        yield {"told": measure}


def _let_everybody_listen(database: str) -> None:
    databases.as_owner(database, "INSERT INTO events_listener (user_id) SELECT id FROM accounts_user")


EXPERIMENTS = (
    Experiment(
        "D1",
        with_and_without_listeners,
        (
            Figure(
                "D1",
                "time of a transfer whose event is written ÷ of one without listeners",
                quantity="rate",
                over="nobody listens",
                under="both listen",
                goal=Goal("<=", 1.05),
            ),
        ),
    ),
    Experiment(
        "D3",
        telling,
        (
            Figure(
                "D3",
                f"{TOLD:,} events told to two listeners each",
                quantity="seconds",
                over="told",
                unit=" s",
                goal=Goal("<=", 3.0),
            ),
        ),
    ),
)
