"""The scratch installation: every process of `./wallet run`, a database of its own, and proxies before its services."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
from django.conf import settings

from lab.scratch import databases
from lab.scratch.installation import Installation, collect_static_files, free_port
from runtime import supervisor
from runtime.database_keeper import DatabaseKeeper
from runtime.embedded_postgres import EmbeddedPostgres
from runtime.forks import share
from runtime.front import Front, front_directory
from runtime.services import PROJECT, services_of

from .proxy import Proxy

DATABASE = "torture"
WEB_PROCESSES = 3


@dataclass
class ScratchInstallation:
    """A running scratch installation. Its processes reach the two services only through proxies."""

    place: Path
    web: Installation
    clock: Proxy
    conversion: Proxy

    def processes(self, service: str) -> list[psutil.Process]:
        """The processes of a service, such as "timestamp" or "worker"; of all web processes for "web"."""
        found = []
        for process in self.web.process.children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if _service_of(process).partition(" ")[0] == service:
                    found.append(process)
        return found

    def web_trees(self) -> list[list[psutil.Process]]:
        """The processes of each web service: granian and its worker."""
        leaders = [one for one in self.processes("web") if one.ppid() == self.web.process.pid]
        return [[leader, *leader.children(recursive=True)] for leader in leaders]

    def wait_until_ready(self, *, within_s: float = 60.0) -> float:
        """Waits until /readyz answers 200, and returns the seconds that it took. Raises TimeoutError."""
        began = time.monotonic()
        while time.monotonic() - began < within_s:
            if self.web.answer_to("/readyz") == 200:
                return time.monotonic() - began
            time.sleep(0.05)
        raise TimeoutError(f"not ready after {within_s:.0f} s: see {self.web.log}")


def _service_of(process: psutil.Process) -> str:
    """The name that the supervisor gave the service. A fork has it as the process's own name instead."""
    return process.environ().get("WALLET_PROCESS") or process.name()


@contextlib.contextmanager
def scratch_installation(place: Path) -> Iterator[ScratchInstallation]:
    """Runs until the block ends, on a database of its own. Meanwhile Django's connection is to it, as the web role."""
    collect_static_files(place)
    shutil.rmtree(place / "witness", ignore_errors=True)  # it knows the seals of an earlier database
    with (
        databases.scratch(DATABASE) as database,
        databases.connected_to(database),
        running(place, databases.url_of("DATABASE_URL", database), keeps_database=True) as installation,
    ):
        yield installation


@contextlib.contextmanager
def running(place: Path, database_url: str, *, keeps_database: bool) -> Iterator[ScratchInstallation]:
    """Runs an installation with its files in `place` until the block ends. Meanwhile this process uses its services.

    `keeps_database`: its database is the embedded server in `place`, which the supervisor starts again.
    """
    clock_port, conversion_port, port = free_port(), free_port(), free_port()
    clock, conversion = Proxy(clock_port), Proxy(conversion_port)
    authority = Front(front_directory(place), "", port).authority
    log = place.parent / f"{place.name}-installation.log"  # outside: the disk of `place` may be full
    witness = str(place / "witness")
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "STATIC_ROOT": str(settings.STATIC_ROOT),
        "TIMESTAMP_KEY_DIR": witness,
        "DEMO": "true",
        "WALLET_PLACE": str(place),
        "BEHIND_PROXY": "true",  # the front is one
        "TIMESTAMP_SERVERS": f"127.0.0.1:{clock.port}",
        "CONVERSION_URL": f"http://127.0.0.1:{conversion.port}",
        "TORTURE_PORTS": f"{port} {clock_port} {conversion_port}",
        "TORTURE_KEEPS_DATABASE": "yes" if keeps_database else "",
    }
    environment.pop("DATABASE_OWNER_URL", None)
    direct: dict[str, object] = {  # this process uses the services without the proxies
        "TIMESTAMP_SERVERS": [f"127.0.0.1:{clock_port}"],
        "CONVERSION_URL": f"http://127.0.0.1:{conversion_port}",
        "TIMESTAMP_KEY_DIR": witness,
    }
    with contextlib.ExitStack() as ending:
        output = ending.enter_context(log.open("wb"))
        process = subprocess.Popen(
            [sys.executable, "-m", "lab.torture.installation"],
            env=environment,
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=supervisor.die_with_parent(os.getpid()),
        )
        ending.callback(_end, process)
        ending.callback(clock.stop)
        ending.callback(conversion.stop)
        ending.enter_context(_with_settings(direct))
        web = Installation(port, authority, psutil.Process(process.pid), log)
        installation = ScratchInstallation(place, web, clock, conversion)
        installation.wait_until_ready()
        yield installation


@contextlib.contextmanager
def _with_settings(values: dict[str, object]) -> Iterator[None]:
    before = {name: getattr(settings, name) for name in values}
    for name, value in values.items():
        setattr(settings, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(settings, name, value)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(20)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def main() -> None:
    """Runs the supervisor of `./wallet run`, but with short pauses, since attacks kill processes all the time."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    supervisor.FIRST_PAUSE_S = supervisor.LONGEST_PAUSE_S = 0.1
    place = Path(os.environ["WALLET_PLACE"])
    port, clock_port, conversion_port = os.environ.pop("TORTURE_PORTS").split()
    direct = {"TIMESTAMP_SERVERS": f"127.0.0.1:{clock_port}", "CONVERSION_URL": f"http://127.0.0.1:{conversion_port}"}
    front = Front(front_directory(place), "127.0.0.1", int(port))
    # The site's processes are forks with the settings of this process, so they ask the proxies.
    services = services_of(os.environ | direct, front, WEB_PROCESSES, launch=share)
    keeper = DatabaseKeeper(EmbeddedPostgres(place)) if os.environ.pop("TORTURE_KEEPS_DATABASE") else lambda: None
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    watch = supervisor.Supervisor(services, also=keeper)
    watch.stopped = stopped
    watch.start()
    try:
        watch.watch()
    finally:
        watch.stop()


if __name__ == "__main__":
    main()
