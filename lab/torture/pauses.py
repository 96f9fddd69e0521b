"""Figure R11b: each part is stopped with SIGSTOP, one after the other, and goes on with SIGCONT.

A stopped process keeps its connections and its locks, and answers nothing: nobody is told that it is away.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import partial

import psutil

from .faults import postgres_of, suspended
from .figure import Attack, Result
from .installation import ScratchInstallation
from .outages import Outage, endure, with_laws

SHORTEST_S, LONGEST_S = 4.0, 40.0  # of a pause
SILENT_S = 8.0  # at least: pages wait four seconds for an answer of the database
KILLED_WITHIN_S = 60.0  # a web process that answers nothing: three questions, and what is left of its first half minute


def every_part_stopped(attack: Attack, seconds: float) -> Result:
    """R11b. The time decides how long each pause is. The last web process stays stopped until it is replaced."""
    result, installation = Result(), attack.installation
    lasts_s = max(SHORTEST_S, min(LONGEST_S, (seconds - KILLED_WITHIN_S) / 10))
    endure(attack, result, *_pauses(installation, lasts_s))
    endure(attack, result, *_pauses_of_the_database(installation, max(lasts_s, SILENT_S)))
    forever = Outage(
        "a web process, until it is replaced",
        partial(_until_replaced, installation),
        lasts_s=1.0,
        turns_red=False,
        hangs=True,
    )
    endure(attack, result, forever)
    return with_laws(result)


def _pauses(installation: ScratchInstallation, lasts_s: float) -> list[Outage]:
    web = [
        Outage(f"web process {number}", partial(suspended, tree), lasts_s, turns_red=False, hangs=True)
        for number, tree in enumerate(installation.web_trees(), start=1)
    ]
    return [
        *web,
        Outage("front", partial(suspended, installation.processes("front")), lasts_s, hangs=True),
        Outage(
            "timestamp service",
            partial(suspended, installation.processes("timestamp")),
            lasts_s,
            books_nothing=True,
            says=("clock_down",),
        ),
        Outage("conversion service", partial(suspended, installation.processes("conversion")), lasts_s),
        Outage("worker", partial(suspended, installation.processes("worker")), lasts_s, turns_red=False),
    ]


def _pauses_of_the_database(installation: ScratchInstallation, lasts_s: float) -> list[Outage]:
    return [
        Outage(
            "PostgreSQL's main process",
            lambda: suspended(postgres_of(installation.place)[:1]),
            lasts_s,
        ),
        Outage(
            "PostgreSQL's sessions",
            lambda: suspended(
                [one for one in postgres_of(installation.place)[1:] if "wallet_web" in " ".join(one.cmdline())]
            ),
            lasts_s,
        ),
    ]


@contextlib.contextmanager
def _until_replaced(installation: ScratchInstallation) -> Iterator[None]:
    """Stops a web process and leaves it so: the supervisor must notice, kill it and start another."""
    tree = installation.web_trees()[-1]
    with suspended(tree):
        yield
        _, alive = psutil.wait_procs(tree, timeout=KILLED_WITHIN_S)
        if alive:
            raise TimeoutError(f"a stopped web process was still there after {KILLED_WITHIN_S:.0f} s")
