"""Figures S12 and D10: how much memory the whole installation takes while idle, and how fast it starts."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psutil

from lab.bench.figure import Experiment, Figure, Goal, Plan, Readings, Side
from lab.scratch import NotMeasured, installation
from runtime import roles
from runtime.embedded_postgres import EmbeddedPostgres

IDLE_S = 10.0
SESSIONS_END_S = 1.0


@contextlib.contextmanager
def idle(plan: Plan) -> Iterator[dict[str, Side]]:
    """An installation with its own database server, whose memory counts as well. The first start is not measured."""
    server = EmbeddedPostgres(plan.place / "installation")
    _visit(server)
    yield {"installation": partial(_visit, server, idle_s=IDLE_S)}


@contextlib.contextmanager
def with_messenger(plan: Plan) -> Iterator[dict[str, Side]]:
    """As `idle`. At the end of each visit the messenger is killed."""
    server = EmbeddedPostgres(plan.place / "installation")
    _visit(server)
    yield {"installation": partial(_visit, server, idle_s=IDLE_S, tells_messenger=True)}


def _visit(server: EmbeddedPostgres, *, idle_s: float = 0.0, tells_messenger: bool = False) -> Readings:
    began = time.perf_counter()
    server.join()
    try:
        web, owner = server.url(roles.WEB), server.url(roles.OWNER)
        with installation.running(place=server.place, web_url=web, owner_url=owner) as started:
            started.wait_for("/")
            start_s = time.perf_counter() - began
            started.wait_until_it_welcomes()
            time.sleep(idle_s)
            everybody = [*_family(started.process), *_family(_server_of(server.place))]
            readings = {"count": len(everybody), "start_s": start_s, "pss_mb": _proportional_mb(everybody)}
            if tells_messenger:
                readings["messenger_mb"] = readings["pss_mb"] - _without_messenger_mb(started.process, server.place)
            return readings
    finally:
        server.leave()


def _without_messenger_mb(supervisor: psutil.Process, place: Path) -> float:
    """As `_proportional_mb`, without the messenger and its database sessions.

    The supervisor is suspended meanwhile, or it would start another one. Memory that the messenger shares counts for
    the others then.
    """
    (messenger,) = (process for process in _family(supervisor) if process.name() == "messenger")
    supervisor.suspend()
    try:
        messenger.kill()
        time.sleep(SESSIONS_END_S)
        rest = [process for process in _family(supervisor) if process != messenger]
        return _proportional_mb([*rest, *_family(_server_of(place))])
    finally:
        supervisor.resume()


def _server_of(place: Path) -> psutil.Process:
    return psutil.Process(int((place / "data" / "postmaster.pid").read_text().split("\n", 1)[0]))


def _family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def _proportional_mb(processes: list[psutil.Process]) -> float:
    """The proportional set size (PSS) of all these processes, in units of 10^6 bytes.

    Memory that several processes share counts once in the sum. Raises NotMeasured where the system has no PSS.
    """
    if not hasattr(psutil.Process().memory_full_info(), "pss"):
        raise NotMeasured("this system does not report the proportional set size (PSS) of processes")
    total = 0
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):  # a database session that ended in between
            total += process.memory_full_info().pss
    return total / 10**6


EXPERIMENTS = (
    Experiment(
        "S12",
        idle,
        (
            Figure(
                "S12",
                "whole installation idle, PSS of all its processes",
                quantity="pss_mb",
                over="installation",
                goal=Goal("<=", 380, 300),
                unit=" MB",
            ),
            Figure(
                "S12",
                "second start to first page",
                quantity="start_s",
                over="installation",
                goal=Goal("<=", 3),
                unit=" s",
            ),
        ),
    ),
    Experiment(
        "D10",
        with_messenger,
        (
            Figure(
                "D10",
                "messenger idle: PSS of all processes with it, less without it",
                quantity="messenger_mb",
                over="installation",
                goal=Goal("<=", 45),
                unit=" MB",
            ),
        ),
    ),
)
