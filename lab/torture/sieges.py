"""Figures R1, R2, R10 and R11: processes are killed while members use the installation; then all is checked."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from functools import partial
from threading import Thread
from typing import Any

import psycopg2
from django.db import connection

from lab.scratch import NotMeasured, databases

from . import checker
from .faults import Blow, Blows, kill_a_web_process, kill_postgres, restart_a_web_process, stop_postgres_for
from .figure import Attack, Result
from .history import History
from .installation import DATABASE
from .members import Load

RECOVERY_S = 10.0
ALL_TAKEN = 10  # refused connections in a row, although processes that held one were killed
TAKING_S = 20.0  # within which ALL_TAKEN must be reached


def web_killed(attack: Attack, seconds: float) -> Result:
    """R1: SIGKILL to a web process, under load."""
    return _siege(attack, seconds, partial(kill_a_web_process, attack.installation, attack.chance), pause_s=0.8)


def database_killed(attack: Attack, seconds: float) -> Result:
    """R2: SIGKILL to PostgreSQL, all of it, under load."""
    return _siege(attack, seconds, partial(kill_postgres, attack.installation, attack.chance), pause_s=1.5)


def everything_seen(attack: Attack, seconds: float) -> Result:
    """R10: load without faults for some seconds; then the history of the whole run is checked, R1, R2 and R11 too."""
    load = _under_load(attack, seconds)
    result = Result(len(attack.history.operations), checker.check(attack.history.operations))
    result.notes += [f"{dict(attack.history.counts())} in all, {len(load.operations)} in this part"]
    return result


def outages(attack: Attack, seconds: float) -> Result:
    """R11: a database without free connections, a database that does not answer, and a rolling restart."""
    result = Result()
    for name, outage in (
        ("connections exhausted", _no_connections_left(attack, 2.0)),
        ("database partitioned", _partitioned(4.0)),
    ):
        with _load(attack) as history:
            time.sleep(0.5)
            with outage:
                red = _turned_red(attack)
            took_s = attack.installation.wait_until_ready()
            time.sleep(1)
        _assess(result, name, history, red=red, took_s=took_s)
    with (
        _load(attack) as history,
        Blows(partial(restart_a_web_process, attack.installation, attack.chance), pause_s=1.0, chance=attack.chance),
    ):
        time.sleep(max(3.0, seconds - 15))
    _assess(result, "rolling restart", history, red=True, took_s=attack.installation.wait_until_ready())
    result.notes.append("disk full: not attacked, it would need a filesystem of its own")
    return result


def _siege(attack: Attack, seconds: float, blow: Blow, *, pause_s: float) -> Result:
    history = History()
    with Load(attack.loaders, seed=attack.seed, history=history):
        with Blows(blow, pause_s=pause_s, chance=attack.chance) as blows:
            time.sleep(seconds)
        attack.installation.wait_until_ready()
    connection.close()
    attack.history.operations += history.operations
    result = Result(blows.count, checker.check(attack.history.operations), blows.trouble)
    result.notes.append(f"{dict(history.counts())}")
    return result


def _under_load(attack: Attack, seconds: float) -> History:
    history = History()
    with Load(attack.loaders, seed=attack.seed, history=history):
        time.sleep(seconds)
    attack.history.operations += history.operations
    return history


@contextlib.contextmanager
def _load(attack: Attack) -> Iterator[History]:
    history = History()
    with Load(attack.loaders, seed=attack.seed, history=history):
        yield history
    connection.close()
    attack.history.operations += history.operations
    found = checker.check(attack.history.operations)
    assert not found, found


def _assess(result: Result, name: str, history: History, *, red: bool, took_s: float) -> None:
    result.reached += 1
    result.notes.append(f"{name}: {dict(history.counts())}, ready again after {took_s:.1f} s")
    if not red:
        result.violations.append(f"{name}: /readyz went on answering 200")
    if took_s > RECOVERY_S:
        result.violations.append(f"{name}: ready again only after {took_s:.1f} s")


def _turned_red(attack: Attack) -> bool:
    """Whether /readyz stops answering 200, in one of three tries.

    No answer within a second counts as well: where every thread waits for the database, no thread can answer 503.
    """
    return any(attack.installation.web.answer_to("/readyz", within_s=1.0) != 200 for _ in range(3))


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
                for process in (*attack.installation.web_processes(), *attack.installation.processes("worker")):
                    with contextlib.suppress(Exception):  # its connection becomes free, and the loop takes it
                        process.kill()
                time.sleep(0.05)
        yield
    finally:
        for session in held:
            session.close()


@contextlib.contextmanager
def _partitioned(seconds: float) -> Iterator[None]:
    outage = Thread(target=stop_postgres_for, args=(seconds,))
    outage.start()
    time.sleep(0.2)
    try:
        yield
    finally:
        outage.join()
