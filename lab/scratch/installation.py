"""Processes of a scratch installation: all those of `./wallet run`, or the timestamp service alone."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import psutil
from django.conf import settings
from django.core.management import call_command

from lab.scratch import NotMeasured
from runtime.front import Front, front_directory
from runtime.services import PROJECT, manage
from runtime.supervisor import die_with_parent

BARE = {"DJANGO_SETTINGS_MODULE": "wallet_site.bare_settings"}
START_TIMEOUT_S = 180.0  # the first start migrates and makes the demo's hundred days
STOP_TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True)
class Installation:
    """A running installation: its HTTPS port, the authority of its certificate, its main process, and its log."""

    port: int
    authority: Path
    process: psutil.Process
    log: Path

    def answer_to(self, path: str, *, within_s: float = 5.0) -> int:
        """The HTTP status of a GET over HTTPS, or 0 where no answer came within `within_s` seconds."""
        try:
            with self._opener().open(f"https://localhost:{self.port}{path}", timeout=within_s) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def wait_for(self, path: str) -> None:
        """Waits until `path` answers 200. Raises NotMeasured where the installation ends first or takes too long."""
        self._wait_until(lambda: self.answer_to(path) == 200, f"answer {path}")

    def wait_until_it_welcomes(self) -> None:
        """Waits until the whole start is done, with the demo's people. Raises NotMeasured as `wait_for` does."""
        self._wait_until(lambda: b" is ready:" in self.log.read_bytes(), "say that it is ready")

    def _wait_until(self, is_so: Callable[[], bool], what: str) -> None:
        give_up_at = time.monotonic() + START_TIMEOUT_S
        while not is_so():
            if not self.process.is_running() or self.process.status() == psutil.STATUS_ZOMBIE:
                raise NotMeasured(f"the installation ended before it could {what}: see {self.log}")
            if time.monotonic() > give_up_at:
                raise NotMeasured(f"the installation did not {what} within {START_TIMEOUT_S:.0f} s: see {self.log}")
            time.sleep(0.02)

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.authority))

    def _opener(self) -> urllib.request.OpenerDirector:
        return urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=self.trust())
        )


@cache
def collect_static_files(place: Path) -> None:
    """Runs `collectstatic`, as pages need: they link style sheets by fingerprint, from the list that it makes."""
    settings.STATIC_ROOT = place / "static"
    call_command("collectstatic", "--no-input", verbosity=0)


@contextlib.contextmanager
def running(
    *,
    place: Path,
    web_url: str,
    owner_url: str,
    site_map: str = settings.ROOT_URLCONF,
    more: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Installation]:
    """Runs the whole installation on these databases, with its files in `place`, until the block ends.

    `more` are other variables of its environment.
    """
    port = free_port()
    environment = {
        "DATABASE_URL": web_url,
        "DATABASE_OWNER_URL": owner_url,
        "WALLET_PLACE": str(place),
        "STATIC_ROOT": str(place / "static"),
        "DEMO": "true",
        "ROOT_URLCONF": site_map,
        **more,
    }
    authority, log = Front(front_directory(place), "", port).authority, place / "installation.log"
    with _started("run", "--port", str(port), environment=environment, log=log) as process:
        yield Installation(port, authority, psutil.Process(process.pid), log)


@contextlib.contextmanager
def clock_server(place: Path, *, start_at: dt.datetime | None = None) -> Iterator[int]:
    """Runs a timestamp service, which is no witness, until the block ends, and yields its port.

    Its clock shows `start_at` in the beginning, or the real time.
    """
    port = free_port()
    words = ["--port", str(port), *(["--start-at", start_at.isoformat()] if start_at else [])]
    environment = BARE | {"TIMESTAMP_KEY_DIR": "", "DEMO": "true"}
    with _started("timestamp_server", *words, environment=environment, log=place / "clock.log"):
        wait_for_port(port)
        yield port


@contextlib.contextmanager
def clock_running(place: Path) -> Iterator[None]:
    """Runs the timestamp service until the block ends. Meanwhile this process uses it."""
    before = settings.TIMESTAMP_SERVERS
    with clock_server(place) as port:
        settings.TIMESTAMP_SERVERS = [f"127.0.0.1:{port}"]
        try:
            yield
        finally:
            settings.TIMESTAMP_SERVERS = before


@contextlib.contextmanager
def _started(*words: str, environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            manage(*words),
            env=os.environ | environment,
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C reaches only this process, which ends the other one
            preexec_fn=die_with_parent(os.getpid()),
        )
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def free_port() -> int:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return listener.getsockname()[1]


def wait_for_port(port: int, *, within_s: float = START_TIMEOUT_S) -> None:
    """Waits until a process listens on the port. Raises NotMeasured where none does within `within_s` seconds."""
    give_up_at = time.monotonic() + within_s
    while time.monotonic() < give_up_at:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise NotMeasured(f"nothing answered on port {port}")
