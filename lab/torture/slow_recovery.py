"""Figure R11d: PostgreSQL is killed and needs long to recover. Nobody may kill it meanwhile."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import psutil
import psycopg2

from lab.scratch import NotMeasured
from runtime.embedded_postgres import SUPERUSER, EmbeddedPostgres
from web.deadlines import longer_deadlines

from .faults import kill_all, postgres_of, suspended
from .figure import Attack, Result
from .installation import ScratchInstallation
from .outages import Outage, endure, with_laws

SHORTEST_S, LONGEST_S = 5.0, 75.0  # a server that recovered for a minute was once killed
ROWS = 1_000_000  # about 70 MB of WAL, which take half a second and more to replay
STARTS_WITHIN_S = 20.0
PATIENCE_S = 60.0  # for writing the rows, on a busy machine


class Killed(Exception):
    """The server that recovered, or its startup process, is not the one it was."""


def slow_recovery(attack: Attack, seconds: float) -> Result:
    """R11d. The startup process, which replays the WAL, is stopped for a while: to everybody the recovery is slow."""
    result, installation = Result(), attack.installation
    outage = Outage(
        "slow recovery",
        lambda: _recovering(installation),
        lasts_s=max(SHORTEST_S, min(LONGEST_S, seconds / 4)),
        books_nothing=True,
    )
    try:
        endure(attack, result, outage)
    except Killed as killed:
        result.violations.append(f"slow recovery: {killed}")
    return with_laws(result)


@contextlib.contextmanager
def _recovering(installation: ScratchInstallation) -> Iterator[None]:
    _write_much(installation)
    before = postgres_of(installation.place)
    kill_all(before)
    startup = _startup_process(installation, not_of=before[0])
    server = startup.parent()
    with suspended([startup]):
        yield
        if not startup.is_running() or startup.parent() != server:
            raise Killed("the recovering server was killed")


def _write_much(installation: ScratchInstallation) -> None:
    """Writes WAL that no checkpoint has finished with."""
    with (
        longer_deadlines(PATIENCE_S),
        contextlib.closing(
            psycopg2.connect(EmbeddedPostgres(installation.place).url(SUPERUSER, "postgres"))
        ) as session,
    ):
        session.autocommit = True
        with session.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS much")
            cursor.execute("CHECKPOINT")
            cursor.execute("CREATE TABLE much AS SELECT generate_series(1, %s) AS number", [ROWS])


def _startup_process(installation: ScratchInstallation, *, not_of: psutil.Process) -> psutil.Process:
    """The process that replays the WAL, as soon as the next server has one. Raises NotMeasured."""
    give_up_at = time.monotonic() + STARTS_WITHIN_S
    server = EmbeddedPostgres(installation.place)
    while time.monotonic() < give_up_at:
        postmaster = server.postmaster()
        if postmaster is not None and postmaster != not_of:
            with contextlib.suppress(psutil.Error):
                for child in postmaster.children():
                    if "startup" in " ".join(child.cmdline()):
                        return child
        time.sleep(0.002)
    raise NotMeasured("the recovery was over before it could be stopped")
