"""Figures R1, R2 and R10: processes are killed while members use the installation; then all is checked."""

from __future__ import annotations

import time
from functools import partial

from django.db import connection

from . import checker
from .faults import Blow, Blows, kill_a_web_process, kill_postgres
from .figure import Attack, Result
from .history import History
from .members import Load


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


def _siege(attack: Attack, seconds: float, blow: Blow, *, pause_s: float) -> Result:
    history = History()
    with Load(attack.loaders, seed=attack.seed, history=history, goods=attack.goods):
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
    with Load(attack.loaders, seed=attack.seed, history=history, goods=attack.goods):
        time.sleep(seconds)
    attack.history.operations += history.operations
    return history
