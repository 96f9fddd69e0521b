"""Faults: what is broken while members use the installation. A thread strikes again and again and counts its blows."""

from __future__ import annotations

import contextlib
import random
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil

from runtime.embedded_postgres import EmbeddedPostgres

from .installation import ScratchInstallation

Blow = Callable[[], int]  # strikes once and returns how many blows to count (0 where it hit nothing)


class Blows(threading.Thread):
    """Strikes at random times, at most `pause_s` seconds apart, until the block ends. `count` counts the blows."""

    def __init__(self, strike: Blow, *, pause_s: float, chance: random.Random) -> None:
        super().__init__(daemon=True)
        self.count = 0
        self.trouble: list[str] = []
        self._strike, self._pause_s, self._chance = strike, pause_s, chance
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(self._chance.uniform(0.1, self._pause_s)):
            try:
                self.count += self._strike()
            except (psutil.Error, OSError, TimeoutError) as error:
                self.trouble.append(f"{type(error).__name__}: {error}")

    def __enter__(self) -> Blows:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self.join(90)


def kill_a_web_process(installation: ScratchInstallation, chance: random.Random) -> int:
    """SIGKILL to a random web process (a granian parent or only its worker), or to the front."""
    return _kill(chance.choice([*installation.processes("web"), *installation.processes("front")]))


def kill_postgres(installation: ScratchInstallation, chance: random.Random) -> int:
    """SIGKILL to PostgreSQL's main process and all backends, like a power cut; then waits until /readyz answers 200."""
    kill_all(postgres_of(installation.place))
    installation.wait_until_ready()
    return 1


def kill_all(processes: Sequence[psutil.Process]) -> None:
    """SIGKILL to all, and waits until they have ended."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(processes, timeout=10)


@contextlib.contextmanager
def suspended(processes: Sequence[psutil.Process]) -> Iterator[None]:
    """Suspends the processes (SIGSTOP) until the block ends: they answer nothing and keep all that they have."""
    try:
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.suspend()
        yield
    finally:
        for process in processes:
            with contextlib.suppress(psutil.Error):
                process.resume()


def restart_a_web_process(installation: ScratchInstallation, chance: random.Random) -> int:
    """SIGTERM to a random web server, as in an operator's rolling restart: it finishes its requests first."""
    process = chance.choice([tree[0] for tree in installation.web_trees()])
    process.send_signal(signal.SIGTERM)
    with contextlib.suppress(psutil.TimeoutExpired):
        process.wait(15)
    return 1


def _kill(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.kill()
        return 1
    return 0


def postgres_of(place: Path) -> list[psutil.Process]:
    """The processes of the cluster in `place`: the main process, which works in its directory, then its children."""
    postmaster = EmbeddedPostgres(place).postmaster()
    return [postmaster, *postmaster.children(recursive=True)] if postmaster else []
