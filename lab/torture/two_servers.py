"""Figure R11f: a primary and its synchronous standby. The standby is silent; the primary dies, the standby takes over.

Both are servers of the wheel. The web processes know both addresses and use the one that can be written to, as
docs/two-servers.md says.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

from lab.scratch import NotMeasured
from ledger import verification
from ledger.models import Seal
from ledger.seals import seal_and_sign
from runtime.embedded_postgres import SUPERUSER, EmbeddedPostgres
from web.deadlines import longer_deadlines

from .copies import base_backup, connected, copy_of_cluster, moved, web_url
from .faults import kill_all, postgres_of, suspended
from .figure import Attack, Result
from .installation import running
from .outages import Outage, endure, with_laws

SILENT_S, DEAD_S, LAGS_S = 8.0, 3.0, 1.0
IN_STEP_WITHIN_S = 30.0
PATIENCE_S = 60.0  # for a promotion, on a busy machine
UNKNOWN = ("outcome_unknown", "database_down")  # neither says that nothing was booked


@dataclass
class Pair:
    """The two servers. After a failover they have changed places."""

    primary: EmbeddedPostgres
    standby: EmbeddedPostgres

    @property
    def url(self) -> str:
        """The address for web processes, with both servers in it."""
        return f"{web_url(self.primary)},{_directory(self.standby)}&target_session_attrs=read-write"

    def make_standby(self) -> None:
        """Makes the standby anew from the primary, and lets each COMMIT wait for it. Raises NotMeasured."""
        self.wait_for("")  # what is written for the copy cannot wait for a standby that is being made
        kill_all(postgres_of(self.standby.place))
        base_backup(self.primary, self.standby.place, "--write-recovery-conf")
        with contextlib.suppress(psycopg2.errors.ReadOnlySqlTransaction):  # a standby has its roles already
            self.standby.ensure_running()
        self.wait_for(self.standby.place.name)
        give_up_at = time.monotonic() + IN_STEP_WITHIN_S
        while _ask(self.primary, "SELECT sync_state FROM pg_stat_replication") != [("sync",)]:
            if time.monotonic() > give_up_at:
                raise NotMeasured(f"the standby was not in step within {IN_STEP_WITHIN_S:.0f} s")
            time.sleep(0.05)

    def wait_for(self, name: str) -> None:
        """The name of the standby that each COMMIT of the primary waits for; "" for none."""
        _ask(self.primary, f"ALTER SYSTEM SET synchronous_standby_names = '{name}'")
        _ask(self.primary, "SELECT pg_reload_conf()")

    @contextlib.contextmanager
    def silent(self) -> Iterator[None]:
        """The standby says nothing until the block ends."""
        with suspended(postgres_of(self.standby.place)):
            yield

    @contextlib.contextmanager
    def removed(self) -> Iterator[None]:
        """The standby says nothing, until an operator takes it away at the block's end."""
        with self.silent():
            yield
            self.wait_for("")

    @contextlib.contextmanager
    def failing_over(self) -> Iterator[None]:
        """The primary is dead, until the standby is promoted at the block's end.

        The standby lags behind when the primary dies. Without the waiting COMMITs, acknowledged payments would be lost.
        """
        with self.silent():
            time.sleep(LAGS_S)
            kill_all(postgres_of(self.primary.place))
        yield
        self.primary, self.standby = self.standby, self.primary
        _ask(self.primary, "SELECT pg_promote()")


def two_servers(attack: Attack, seconds: float) -> Result:
    """R11f. Failovers go to and fro while there is time, and at least once each way."""
    result, began = Result(), time.monotonic()
    with (
        _pair(attack, attack.installation.place / "pair") as pair,
        connected(pair.url),
        running(pair.primary.place.parent, pair.url, keeps_database=False) as installation,
    ):
        there = moved(attack, installation)
        silent = Outage("standby silent, then well", pair.silent, SILENT_S, says=UNKNOWN)
        removed = Outage("standby silent, then removed", pair.removed, SILENT_S, says=UNKNOWN)
        endure(there, result, silent, removed)
        failovers = 0
        while failovers < 2 or time.monotonic() - began < seconds:
            pair.make_standby()
            failover = Outage("failover", pair.failing_over, DEAD_S, books_nothing=True)
            endure(there, result, failover)
            result.violations += [f"failover: {wrong}" for wrong in _wrong_with_seals()]
            failovers += 1
        with_laws(result)
    return result


@contextlib.contextmanager
def _pair(attack: Attack, place: Path) -> Iterator[Pair]:
    pair = Pair(EmbeddedPostgres(place / "one"), EmbeddedPostgres(place / "two"))
    servers = pair.primary, pair.standby
    for server in servers:
        kill_all(postgres_of(server.place))  # of a run that was killed
    place.mkdir(mode=0o711, exist_ok=True)
    copy_of_cluster(attack.installation, pair.primary.place, witness=place / "witness")
    try:
        pair.primary.ensure_running()
        pair.make_standby()
        yield pair
    finally:
        for server in servers:
            kill_all(postgres_of(server.place))


def _wrong_with_seals() -> list[str]:
    """What is wrong with the chain after the witness was asked to go on signing."""
    seal_and_sign()
    last = Seal.objects.order_by("-number").first()
    wrong = ["the witness does not sign any more"] if last is None or not hasattr(last, "signature") else []
    return wrong + verification.verify_with_witness().findings


def _directory(server: EmbeddedPostgres) -> str:
    return web_url(server).partition("host=")[2]


def _ask(server: EmbeddedPostgres, question: str) -> list[tuple[Any, ...]]:
    """The rows of the answer, or none. It is asked as the superuser."""
    with (
        longer_deadlines(PATIENCE_S),
        contextlib.closing(psycopg2.connect(server.url(SUPERUSER, "postgres"))) as session,
    ):
        session.autocommit = True
        with session.cursor() as cursor:
            cursor.execute(question)
            return list(cursor.fetchall()) if cursor.description else []
