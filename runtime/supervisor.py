"""The supervisor: starts processes, restarts those that end, and stops them all.

Every process leads a process group of its own. When it ends, the rest of its group is killed before the restart.
Otherwise a granian worker would outlive its parent and go on answering.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from .liveness import LivenessProbe

log = logging.getLogger("supervisor")

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0
STEADY_AFTER_S = 30.0  # after a run of this length, the pause before a restart is the first one again
FIRST_PROBE_AFTER_S = 30.0  # a process that is starting has no time to answer
MOST_MISSES = 3
STOP_TIMEOUT_S = 11.0  # longer than the front and a web process wait for the requests that they work on
CHECK_EVERY_S = 0.2


class Process(Protocol):
    """A child process, with the part of the interface of `subprocess.Popen` that the supervisor uses."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int, /) -> None: ...


def execute(command: list[str], environment: dict[str, str]) -> Process:
    """Starts a command with exactly this environment, in a session of its own."""
    return subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C reaches the supervisor alone, which ends the others in order
        preexec_fn=die_with_parent(os.getpid()),  # safe: the supervisor has no other threads
    )


@dataclass
class Service:
    """A process to keep running, and its state. Times are of the monotonic clock; `deaths` counts ends in a row."""

    name: str
    command: list[str]
    environment: dict[str, str]
    socket: Path | None = None  # on which it listens
    probe: LivenessProbe | None = None  # that asks whether it lives
    launch: Callable[[list[str], dict[str, str]], Process] = execute
    stops_first: bool = False  # it needs the others until it has ended
    process: Process | None = field(default=None, repr=False)
    started_at: float = 0.0
    start_again_at: float = 0.0
    deaths: int = 0


class Supervisor:
    """Runs the services.

    `also` is called at every check, for what is no child process (the embedded database). `may_blame` is asked before a
    process that does not answer is killed: whether what it waits for is in order.
    """

    def __init__(
        self,
        services: list[Service],
        *,
        also: Callable[[], None] = lambda: None,
        may_blame: Callable[[], bool] = lambda: True,
    ) -> None:
        self.services, self._also, self._may_blame = services, also, may_blame
        self.stopped = threading.Event()

    def start(self) -> None:
        for service in self.services:
            _start(service)

    def watch(self) -> None:
        """Checks the services again and again until `stopped` is set."""
        while not self.stopped.wait(CHECK_EVERY_S):
            self.check()

    def check(self) -> None:
        """One check: kills the services that do not answer, and restarts those that ended, after their pause."""
        self._also()
        for service in self.services:
            self._kill_if_hung(service)
            _start_again_if_dead(service)

    def _kill_if_hung(self, service: Service) -> None:
        if service.probe is None or service.process is None:
            return
        service.probe.step(time.monotonic())
        if service.probe.misses < MOST_MISSES:
            return
        if self._may_blame():
            log.warning("%s did not answer %s times; killing it", service.name, MOST_MISSES)
            _end_group(service)
        service.probe.begin(time.monotonic())  # a silent database, say, is not its fault

    def stop(self) -> None:
        """Ends all: first those that need the others, then the others."""
        running = [service for service in self.services if service.process is not None]
        _stop([service for service in running if service.stops_first])
        _stop([service for service in running if not service.stops_first])


def _stop(services: list[Service]) -> None:
    """Sends SIGTERM, waits up to STOP_TIMEOUT_S altogether, then kills what is left of each process group."""
    for service in services:
        _signal(service, signal.SIGTERM)
    give_up_at = time.monotonic() + STOP_TIMEOUT_S
    for service in services:
        assert service.process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            service.process.wait(max(0.0, give_up_at - time.monotonic()))
        _end_group(service)


def _start(service: Service) -> None:
    if service.socket is not None:  # a killed process leaves its socket, and the next one could not listen there
        service.socket.unlink(missing_ok=True)
    service.started_at = time.monotonic()
    if service.probe is not None:
        service.probe.begin(service.started_at + FIRST_PROBE_AFTER_S)
    named = service.environment | {"WALLET_PROCESS": service.name, "PGAPPNAME": service.name}  # for both logs
    service.process = service.launch(service.command, named)


def _start_again_if_dead(service: Service) -> None:
    now = time.monotonic()
    if service.process is None:
        if now >= service.start_again_at:
            _start(service)
        return
    status = service.process.poll()
    if status is None:
        return
    _end_group(service)
    service.deaths = 1 if now - service.started_at > STEADY_AFTER_S else service.deaths + 1
    pause_s = min(FIRST_PAUSE_S * 2 ** (service.deaths - 1), LONGEST_PAUSE_S)
    log.warning("%s ended (%s); starting it again in %.1f s", service.name, _why(status), pause_s)
    service.process, service.start_again_at = None, now + pause_s


def _signal(service: Service, number: signal.Signals) -> None:
    assert service.process is not None
    if service.process.poll() is None:
        service.process.send_signal(number)


def _end_group(service: Service) -> None:
    """Kills the process group and collects the leader's exit status.

    The group keeps the leader's number while it has any process, so the number cannot belong to another group.
    """
    assert service.process is not None
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(service.process.pid, signal.SIGKILL)
    service.process.wait()


def _why(status: int) -> str:
    return signal.Signals(-status).name if status < 0 else f"exit status {status}"


def die_with_parent(parent: int) -> Callable[[], None]:
    """For `preexec_fn`: Linux sends SIGTERM to the child when its parent has ended, also by kill -9."""
    if not sys.platform.startswith("linux"):
        return lambda: None
    prctl = ctypes.CDLL(None).prctl

    def prepare() -> None:
        prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:  # the parent ended before the call of prctl
            os._exit(1)

    return prepare
