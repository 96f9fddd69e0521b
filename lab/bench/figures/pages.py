"""How fast pages are: figure S7 over HTTP, S8, S9 and D11 inside one process."""

from __future__ import annotations

import contextlib
import itertools
import json
import random
from collections.abc import Iterator, Sequence
from functools import partial

from django.test.utils import override_settings

from lab.bench import http_load, pgbench, timing
from lab.bench.figure import Experiment, Figure, Goal, Plan, Readings, Side
from lab.bench.urls import EMPTY
from lab.scratch import databases, installation, visitors, world
from lab.scratch.visitors import Visitor
from lab.scratch.world import Member
from ledger.models import Transfer
from payments.transfers.kinds import PAYMENT

MEMBERS, ROUNDS = 1_000, 40
ALL_MEMBERS, MANY_MEMBERS = 10_000, 50_000
VISITORS = 64
FLOOR = "HTTP empty page"
# How many requests to prepare for each second: more than a machine like this one can answer.
MOST_A_SECOND, MOST_PAGES_A_SECOND = 1_500, 6_000


@contextlib.contextmanager
def in_process(
    plan: Plan, name: str, *, members: int = MEMBERS, rounds: int = ROUNDS
) -> Iterator[tuple[list[Visitor], list[Member]]]:
    """Signed-in members who have some history, while the timestamp service runs and the site has the empty page."""
    installation.collect_static_files(plan.place)
    with databases.scratch(name) as database, installation.clock_running(plan.place):
        people = world.fill(database, members=members, rounds=rounds)
        with databases.connected_to(database), override_settings(ROOT_URLCONF="lab.bench.urls"):
            yield [visitors.signed_in(member) for member in people[:VISITORS]], people


def looking_at(path: str, by: Sequence[Visitor], plan: Plan) -> Side:
    """A side: GETs of one page, by the visitors in turn."""
    return lambda: timing.timed(lambda visitor: visitor.look_at(path), itertools.cycle(by), seconds=plan.seconds)


def confirming(by: Sequence[Visitor], people: Sequence[Member], plan: Plan) -> Side:
    """A side: POSTs of the review page. All quotes are made before the measured time begins."""
    whose = {visitor.member.user: visitor for visitor in by}
    chance = random.Random(plan.seed)  # noqa: S311 - the same payees every time

    def measure() -> Readings:
        many = timing.WARM_UP + int(plan.seconds * MOST_A_SECOND)
        quotes = visitors.quoted(by, people, many=many, chance=chance)
        return timing.timed(lambda quote: whose[quote.maker_id].confirm(quote), quotes, seconds=plan.seconds)

    return measure


@contextlib.contextmanager
def confirmation(plan: Plan) -> Iterator[dict[str, Side]]:
    with in_process(plan, "confirmation") as (by, people):
        yield {"POST transfer": confirming(by, people, plan), "empty page": looking_at(EMPTY, by, plan)}


@contextlib.contextmanager
def home(plan: Plan) -> Iterator[dict[str, Side]]:
    with in_process(plan, "home") as (by, _):
        assert b'class="entries"' in by[0].look_at("/"), "a home page without its history"
        yield {"home page": looking_at("/", by, plan), "empty page": looking_at(EMPTY, by, plan)}


@contextlib.contextmanager
def live(plan: Plan) -> Iterator[dict[str, Side]]:
    """What an open page asks every few seconds, where nothing is new."""
    with in_process(plan, "live", members=MANY_MEMBERS, rounds=4) as (by, _):
        known = [(visitor, f"/live/?v={json.loads(visitor.look_at('/live/'))['v']}") for visitor in by]

        def ask(who: tuple[Visitor, str]) -> None:
            visitor, address = who
            status = visitor.browser.get(address, secure=True).status_code
            assert status == 304, f"{address} answered {status}"

        yield {
            "nothing new": lambda: timing.timed(ask, itertools.cycle(known), seconds=plan.seconds),
            "empty page": looking_at(EMPTY, by, plan),
        }


@contextlib.contextmanager
def over_http(plan: Plan) -> Iterator[dict[str, Side]]:
    with (
        databases.scratch("installation") as database,
        pgbench.plain_transfers(plan, wallets=ALL_MEMBERS) as plain,
        databases.connected_to(database),
    ):
        people = world.fill(database, members=ALL_MEMBERS)
        by = [visitors.signed_in(member) for member in people[:VISITORS]]
        web, owner = (databases.url_of(name, database) for name in ("DATABASE_URL", "DATABASE_OWNER_URL"))
        site_map = "lab.bench.urls"
        with installation.running(place=plan.place, web_url=web, owner_url=owner, site_map=site_map) as ready:
            ready.wait_for("/readyz")
            yield {
                "HTTP POST": partial(_posting, ready, by, people, plan),
                FLOOR: partial(_fetching, ready, by, plan),
                "pgbench": plain,
            }


def _posting(ready: installation.Installation, by: Sequence[Visitor], people: Sequence[Member], plan: Plan) -> Readings:
    """Confirmed transfers over HTTP. As many must be in the ledger as the clients got receipts for."""
    whose = {visitor.member.user: visitor for visitor in by}
    many = int(plan.seconds * MOST_A_SECOND)
    quotes = visitors.quoted(by, people, many=many, chance=random.Random(plan.seed))  # noqa: S311
    orders = [http_load.order_of(quote, by=whose[quote.maker_id]) for quote in quotes]
    before = _booked()
    readings = http_load.run(ready, orders, seconds=plan.seconds)
    booked = _booked() - before
    assert booked == readings["count"], (
        f"clients got {readings['count']:.0f} receipts, but {booked} transfers were booked"
    )
    return readings


def _fetching(ready: installation.Installation, by: Sequence[Visitor], plan: Plan) -> Readings:
    """GETs of the empty page over HTTP: the cost of the framework alone, below which no page can be."""
    orders = [http_load.Order(EMPTY, visitor.cookies) for visitor in by]
    many = int(plan.seconds * MOST_PAGES_A_SECOND)
    return http_load.run(ready, list(itertools.islice(itertools.cycle(orders), many)), seconds=plan.seconds)


def _booked() -> int:
    return Transfer.objects.filter(kind=PAYMENT, outcome=Transfer.Outcome.BOOKED).count()


EXPERIMENTS = (
    Experiment(
        "S7",
        over_http,
        (
            Figure(
                "S7",
                "HTTP POST of a confirmed transfer ÷ pgbench plain SERIALIZABLE",
                quantity="rate",
                over="HTTP POST",
                under="pgbench",
                goal=Goal(">=", 0.16, 0.25),
            ),
            Figure("S7", "the same ÷ GET of the signed-in empty page", quantity="rate", over="HTTP POST", under=FLOOR),
            Figure("S7", "GET of the signed-in empty page ÷ pgbench", quantity="rate", over=FLOOR, under="pgbench"),
            Figure(
                "S7",
                "its clients' own share of the cores",
                quantity="client_share",
                over="HTTP POST",
            ),
        ),
    ),
    Experiment(
        "S8",
        confirmation,
        (
            Figure(
                "S8",
                "time of POST transfer ÷ of the signed-in empty page, in process",
                quantity="time_s",
                over="POST transfer",
                under="empty page",
                goal=Goal("<=", 2.0),
            ),
        ),
    ),
    Experiment(
        "S9",
        home,
        (
            Figure(
                "S9",
                "home page with history ÷ the signed-in empty page, in process",
                quantity="rate",
                over="home page",
                under="empty page",
                goal=Goal(">=", 0.35, 0.5),
            ),
        ),
    ),
    Experiment(
        "D11",
        live,
        (
            Figure(
                "D11",
                f"/live/ without news ÷ the signed-in empty page, in process, {MANY_MEMBERS:,} members",
                quantity="time_s",
                over="nothing new",
                under="empty page",
            ),
        ),
    ),
)
