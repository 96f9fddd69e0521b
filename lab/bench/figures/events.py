"""Events: what they cost the transfer that writes them, and how fast they are told: figures D1, D3 and D4."""

from __future__ import annotations

import contextlib
import queue
import random
import time
from collections.abc import Iterator
from email.message import Message

from django.test.utils import override_settings

from accounts.models import User
from events.models import Event
from lab.bench import load
from lab.bench.figure import Experiment, Figure, Goal, Plan, Readings, Side
from lab.scratch import databases, installation, world
from lab.scratch import receiver as receivers
from outbox.events.service import tell_events
from outbox.webhooks.service import create_endpoint

from .transfers import PROCESSES, fund, pay_out

TOLD = 10_000
ARRIVALS = 40  # in each repeat
ARRIVES_WITHIN_S = 60.0


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
            began, own_began, told = time.perf_counter(), time.process_time(), 0
            while some := tell_events():
                told += some
            assert told == TOLD
            assert not Event.objects.exists()
            own_s = time.process_time() - own_began
            return {"count": told, "seconds": time.perf_counter() - began, "own_s": own_s}

        yield {"told": measure}


@contextlib.contextmanager
def delivered_at_once(plan: Plan) -> Iterator[dict[str, Side]]:
    """An idle installation whose messenger sends to a receiver in this process."""
    with databases.scratch("delivered") as database, databases.connected_to(database), Receiver() as receiver:
        members = world.fill(database, members=2)
        web, owner = (databases.url_of(name, database) for name in ("DATABASE_URL", "DATABASE_OWNER_URL"))
        with installation.running(place=plan.place, web_url=web, owner_url=owner) as ready:
            ready.wait_for("/readyz")
            payer, payee = members
            hears = User.objects.get(pk=payee.user)
            with override_settings(WEBHOOKS_TO_PRIVATE=True):
                create_endpoint(user=hears, url=receiver.url)
            chance = random.Random(plan.seed)  # noqa: S311 - the same pauses every time

            def measure() -> Readings:
                times_s = sorted(_arrival_s(receiver, payer, payee, chance) for _ in range(ARRIVALS))
                return {
                    "count": ARRIVALS,
                    "p50_ms": 1000 * times_s[ARRIVALS // 2],
                    "p99_ms": 1000 * times_s[ARRIVALS * 99 // 100],
                }

            yield {"arrives": measure}


def _arrival_s(receiver: Receiver, payer: world.Member, payee: world.Member, chance: random.Random) -> float:
    """Pays once, after a pause, and returns the seconds from the commit to the arrival of the webhook."""
    time.sleep(chance.uniform(0.3, 1.2))
    load.transfer(payer, payee.wallet, lock_set=(payer.wallet, payee.wallet))
    committed = time.monotonic()
    return receiver.arrivals.get(timeout=ARRIVES_WITHIN_S) - committed


class Receiver(receivers.Receiver):
    """Notes when each webhook arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.arrivals: queue.Queue[float] = queue.Queue()

    def take(self, headers: Message, body: bytes) -> str:
        self.arrivals.put(time.monotonic())
        return "answer"


def _let_everybody_listen(database: str) -> None:
    databases.as_owner(database, "INSERT INTO events_listener (user_id) SELECT id FROM accounts_user")


EXPERIMENTS = (
    Experiment(
        "D4",
        delivered_at_once,
        tuple(
            Figure(
                "D4",
                f"from the commit to the webhook's arrival, idle, {name}",
                quantity=f"{name}_ms",
                over="arrives",
                unit=" ms",
                goal=Goal("<=", most_ms),
            )
            for name, most_ms in (("p50", 150), ("p99", 600))
        ),
    ),
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
            Figure("D3", "of that, processor time of the messenger", quantity="own_s", over="told", unit=" s"),
        ),
    ),
)
