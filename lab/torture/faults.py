"""Faults: what is broken while members use the installation. A thread strikes again and again and counts its blows."""

from __future__ import annotations

import contextlib
import random
import signal
import threading
import time
from collections.abc import Callable

import psutil

from runtime.embedded_postgres import embedded

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
    return _kill(chance.choice([*installation.web_processes(), *installation.processes("caddy run")]))


def kill_postgres(installation: ScratchInstallation, chance: random.Random) -> int:
    """SIGKILL to PostgreSQL's main process and all backends, like a power cut; then waits until /readyz answers 200."""
    processes = _postgres()
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()
    installation.wait_until_ready()
    return 1


def stop_postgres_for(seconds: float) -> None:
    """Suspends PostgreSQL for some seconds: it does not answer, as behind a network that loses every packet."""
    processes = _postgres()
    try:
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.suspend()
        time.sleep(seconds)
    finally:
        for process in processes:
            with contextlib.suppress(psutil.Error):
                process.resume()


def restart_a_web_process(installation: ScratchInstallation, chance: random.Random) -> int:
    """SIGTERM to a random web server, as in an operator's rolling restart: it finishes its requests first."""
    process = chance.choice([one for one in installation.web_processes() if one.ppid() == installation.web.process.pid])
    process.send_signal(signal.SIGTERM)
    with contextlib.suppress(psutil.TimeoutExpired):
        process.wait(15)
    return 1


def _kill(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.kill()
        return 1
    return 0


def _postgres() -> list[psutil.Process]:
    """The processes of the scratch cluster: the main process that works in its directory, and its children."""
    postmaster = embedded("torture").postmaster()
    return [postmaster, *postmaster.children(recursive=True)] if postmaster else []
