"""Figure R11a: a database without free connections, one that does not answer, and a rolling restart."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import psycopg2
from django.db import connection

from lab.scratch import NotMeasured, databases

from .faults import Blows, postgres_of, restart_a_web_process, suspended
from .figure import Attack, Result
from .installation import DATABASE
from .outages import Outage, endure, with_laws

ALL_TAKEN = 10  # refused connections in a row, although processes that held one were killed
TAKING_S = 20.0  # within which ALL_TAKEN must be reached


def interruptions(attack: Attack, seconds: float) -> Result:
    """R11a. The rolling restart takes what is left of the time."""
    result, installation = Result(), attack.installation
    began = time.monotonic()
    endure(
        attack,
        result,
        Outage("no connections left", lambda: _no_connections_left(attack, 2.0), lasts_s=12.0),
        Outage("database partitioned", lambda: suspended(postgres_of(installation.place)), lasts_s=8.0),
    )
    restarts = partial(restart_a_web_process, installation, attack.chance)
    left_s = seconds - (time.monotonic() - began)
    rolling = Outage(
        "rolling restart",
        lambda: Blows(restarts, pause_s=1.0, chance=attack.chance),
        lasts_s=max(3.0, left_s),
        turns_red=False,
    )
    endure(attack, result, rolling)
    return with_laws(result)


@contextlib.contextmanager
def _no_connections_left(attack: Attack, seconds: float) -> Iterator[None]:
    """Takes all of the database's connections, also those of the installation, until the block ends.

    Raises NotMeasured where the web processes always get a connection first.
    """
    owner, held = databases.owner_address(), list[Any]()
    address: dict[str, Any] = {
        "host": databases.host_of(owner),
        "user": owner["USER"],
        "password": owner["PASSWORD"],
        "dbname": f"bench_{DATABASE}",
    }
    connection.close()
    began, refused = time.monotonic(), 0
    try:
        while refused < ALL_TAKEN or time.monotonic() - began < seconds:
            if time.monotonic() - began > seconds + TAKING_S:
                raise NotMeasured("the web processes always got a connection before the attack did")
            try:
                held.append(psycopg2.connect(**address))
                refused = 0
            except psycopg2.OperationalError:
                refused += 1
                for process in (*attack.installation.processes("web"), *attack.installation.processes("worker")):
                    with contextlib.suppress(Exception):  # its connection becomes free, and the loop takes it
                        process.kill()
                time.sleep(0.05)
        yield
    finally:
        for session in held:
            session.close()
