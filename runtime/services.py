"""The processes of an installation besides its database, for the supervisor. The module works without Django's apps."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from runtime.front import Front, environment_of_front
from runtime.liveness import LivenessProbe
from runtime.supervisor import Process, Service, execute

PROJECT = Path(__file__).resolve().parents[1]
Launch = Callable[[list[str], dict[str, str]], Process]
BLOCKING_THREADS = "2"  # of each web process: the number of requests that it works on at once
CONVERSION_THREADS = "4"


def services_of(
    environment: dict[str, str], front: Front, processes: int, *, launch: Launch = execute
) -> list[Service]:
    """Every process of `./wallet run` besides the database: the front, the web processes, and what they need.

    `launch` starts those that run the site: `forks.share` lets them share memory.

    Each web process listens on a socket of its own, which only this user can reach. So requests come through the front
    alone, and the client's address is what the front says.
    """
    sockets = [front.directory / "web" / f"{number}.sock" for number in range(1, processes + 1)]
    front = replace(front, upstreams=[f'"unix/{path}"' for path in sockets])
    sockets[0].parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    behind = environment | {"BEHIND_PROXY": "true", "PYTHONPATH": str(PROJECT)}
    return [
        *services_beside(environment, launch=launch),
        *(
            Service(f"web {number}", web_on_socket(path), behind, socket=path, probe=LivenessProbe(path), launch=launch)
            for number, path in enumerate(sockets, start=1)
        ),
        Service("front", front.command(), environment_of_front(environment, front.directory), stops_first=True),
    ]


def services_behind_proxy(
    environment: dict[str, str], host: str, port: int, processes: int, *, launch: Launch = execute
) -> list[Service]:
    """As `services_of` without the front: an operator's proxy does its work, and reaches the web processes by HTTP."""
    command = granian("--host", host, "--port", str(port), "--http", "1", "--blocking-threads", BLOCKING_THREADS)
    behind = environment | {"BEHIND_PROXY": "true"}
    return [
        *services_beside(environment, launch=launch),
        *(Service(f"web {number}", command, behind, launch=launch) for number in range(1, processes + 1)),
    ]


def web_on_socket(path: Path) -> list[str]:
    """The command of a web process that listens on this Unix socket."""
    return _on_socket(path, BLOCKING_THREADS)


def _on_socket(path: Path, threads: str) -> list[str]:
    return [sys.executable, "-m", "runtime.web_process", str(path), threads]


def granian(*words: str) -> list[str]:
    """The command of a granian web server for wallet_site, with these options."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1", "--no-ws"]
    command += ["--log-level", "warning", "--working-dir", str(PROJECT)]
    return [*command, *words, "wallet_site.wsgi:application"]


def services_beside(environment: dict[str, str], *, launch: Launch = execute) -> list[Service]:
    """The services beside the web processes: conversion, timestamp, the worker and the messenger.

    Conversion is always executed, since its settings differ from the site's. It loads them while the site is loaded.
    """
    clock_port = environment["TIMESTAMP_SERVERS"].rpartition(":")[2]
    # The names that people type are not those by which the processes ask each other.
    bare = environment | {"DJANGO_SETTINGS_MODULE": "wallet_site.bare_settings", "ALLOWED_HOSTS": "127.0.0.1"}
    return [
        _conversion(environment["CONVERSION_URL"], bare),
        Service("timestamp", manage("timestamp_server", "--port", clock_port), bare, launch=launch),
        Service("worker", manage("worker"), environment, launch=launch),
        Service("messenger", manage("messenger"), environment, launch=launch),
    ]


def _conversion(url: str, environment: dict[str, str]) -> Service:
    """On a Unix socket nobody else on this machine can occupy all its connections; granian accepts 1,024."""
    if not url.startswith("unix:"):
        at = ["--host", "127.0.0.1", "--port", url.rpartition(":")[2], "--blocking-threads", CONVERSION_THREADS]
        return Service("conversion", granian(*at), environment)
    path = Path(url.removeprefix("unix:"))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    command = _on_socket(path, CONVERSION_THREADS)
    return Service("conversion", command, environment | {"PYTHONPATH": str(PROJECT)}, socket=path)


def manage(*words: str) -> list[str]:
    """The command that runs `manage.py` with these words."""
    return [sys.executable, str(PROJECT / "manage.py"), *words]
