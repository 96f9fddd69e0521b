"""`./wallet run`: prepares the house when something changed, then runs all its processes."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import logging
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from runtime.certificates import Certificates, certificates
from runtime.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError, place_of
from runtime.old_schema import is_of_old_schema
from runtime.supervisor import Service, Supervisor
from wallet_site.demo.people import SIGN_INS

log = logging.getLogger("supervisor")

PROJECT = Path(__file__).resolve().parents[3]
READY_TIMEOUT_S = 60.0
SCHEMA = ("*/migrations/*.py", "*/sql/*.sql", "*/*/sql/*.sql", "conversion/money.py", "runtime/roles.py")
STATIC = ("static/**/*", "requirements.txt")


class Command(BaseCommand):
    help = "Runs the whole house: database, conversion, clock, worker and web."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
        parser.add_argument("--port", type=int, default=8443)
        parser.add_argument("--processes", type=int, default=os.cpu_count() or 2, help="web processes")
        parser.add_argument("--no-demo", action="store_true", help="production rules, no demo people")

    def handle(self, *, host: str, port: int, processes: int, no_demo: bool, **_: Any) -> None:
        self.place = Path(os.environ.get("WALLET_PLACE") or place_of())
        self.owner_url = os.environ.pop("DATABASE_OWNER_URL", None)
        self.demo = settings.DEMO and not no_demo
        self.url = f"https://localhost:{port}"
        try:
            self.place.mkdir(parents=True, exist_ok=True)
            with self._alone():
                self._require_free(host, port)
                self._run(host, port, processes)
        except (EmbeddedPostgresError, OSError) as error:
            raise CommandError(f"Cannot go on: {error}") from error

    def _run(self, host: str, port: int, processes: int) -> None:
        self._require_current_schema()
        tls = certificates(self.place / "tls")
        environment = self._environment()
        self._prepare(environment)
        supervisor = Supervisor(services_of(environment, tls, host, port, processes), also=self._keep_database)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: supervisor.stopped.set())
        try:
            self._say("Starting the processes …")
            supervisor.start()
            if self._wait_until_ready(supervisor, tls, port):
                self._seed(environment)
                self._welcome(tls)
                supervisor.watch()
        finally:
            self._say("Stopping …")
            supervisor.stop()

    # Before anything starts -------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """The web processes share their port, so a second house would start without an error: the lock knows."""
        with (self.place / "run.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise CommandError(f"Already running: {lock.read().strip()}") from None
            lock.truncate(0)
            lock.write(f"{self.url} (process {os.getpid()})")
            lock.flush()
            yield

    def _require_free(self, host: str, port: int) -> None:
        if not 0 < port < 65536:
            raise CommandError(f"There is no port {port}.")
        try:
            _bind(host, port)
        except PermissionError:
            raise CommandError(f"Port {port} is for the system's own use; take one above 1023.") from None
        except OSError:
            raise CommandError(
                f"Port {port} is in use by another program; take another one: ./wallet run --port {port + 1000}"
            ) from None

    def _require_current_schema(self) -> None:
        """Nothing was released with the older one, so nothing brings its data along; nothing is changed in them."""
        if not is_of_old_schema(os.environ["DATABASE_URL"]):
            return
        is_embedded = (self.place / "data").exists()
        where = f"Move {self.place} away" if is_embedded else "Give DATABASE_URL an empty database"
        raise CommandError(
            f"The data here are of an older, unreleased schema. {where} and start again; all is as it was."
        )

    def _environment(self) -> dict[str, str]:
        clock, conversion = _free_port(10000), _free_port(8001)
        return os.environ | {
            "DEMO": str(self.demo).lower(),
            "TIMESTAMP_SERVERS": f"127.0.0.1:{clock}",
            "CONVERSION_URL": f"http://127.0.0.1:{conversion}",
            "PYTHONUNBUFFERED": "1",
        }

    def _prepare(self, environment: dict[str, str]) -> None:
        """Each step only when what it depends on has changed since it last went well."""
        schema = _hash(SCHEMA, environment["DATABASE_URL"])
        if self.owner_url and self._stamp("schema") != schema:
            owner = environment | {"DATABASE_OWNER_URL": self.owner_url}
            self._step("Preparing the database", owner, "migrate", "--no-input", "--verbosity=0")
            self._step("Making the cache table", owner, "createcachetable", "--verbosity=0")
            self._set_stamp("schema", schema)
        static = _hash(STATIC, str(settings.STATIC_ROOT))
        if self._stamp("static") != static or not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
            self._step("Collecting static files", environment, "collectstatic", "--no-input", "--verbosity=0")
            self._set_stamp("static", static)
        if not self.demo:
            self._step("Checking production rules", environment, "check", "--deploy", "--database=default")
            (self.place / "no-demo").touch()  # from now on without the flag too: manage.py reads it

    def _step(self, what: str, environment: dict[str, str], *words: str) -> None:
        self._say(f"{what} …")
        command = [sys.executable, str(PROJECT / "manage.py"), *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=PROJECT, check=False)
        if done.returncode:
            report = self.place / "last-failure.log"
            report.write_text(done.stdout + done.stderr)
            raise CommandError(f"{what} failed: {_reason(done.stderr)} (all of it: {report})")

    def _stamp(self, name: str) -> str | None:
        try:
            return json.loads((self.place / "stamps.json").read_text()).get(name)
        except (OSError, ValueError):
            return None

    def _set_stamp(self, name: str, value: str) -> None:
        path = self.place / "stamps.json"
        known = json.loads(path.read_text()) if path.exists() else {}
        path.write_text(json.dumps(known | {name: value}))

    # While it runs ----------------------------------------------------------------------------------------------------

    def _keep_database(self) -> None:
        server = EmbeddedPostgres(self.place)
        if "WALLET_PLACE" in os.environ and not server.is_alive():
            log.warning("the database ended; starting it again")
            server.ensure_running()

    def _wait_until_ready(self, supervisor: Supervisor, tls: Certificates, port: int) -> bool:
        give_up_at = time.monotonic() + READY_TIMEOUT_S
        answer = "no answer"
        while time.monotonic() < give_up_at:
            if supervisor.stopped.wait(0.1):
                return False
            supervisor.look()
            answer = _ask(f"https://127.0.0.1:{port}/readyz", tls.authority)
            if answer == "ready":
                return True
        raise CommandError(f"Not ready after {READY_TIMEOUT_S:.0f} s: {answer}")

    def _seed(self, environment: dict[str, str]) -> None:
        if not self.demo or self._stamp("seed") == environment["DATABASE_URL"]:
            return
        self._step("Seeding the demo", environment, "seed_demo")
        self._set_stamp("seed", environment["DATABASE_URL"])

    def _welcome(self, tls: Certificates) -> None:
        self._say(f"\n  {settings.SITE_NAME} is ready:  {self.url}")
        if self.demo:
            for name, password, role in SIGN_INS:
                self._say(f"    sign in as  {name} / {password}  ({role})")
        self._say(f"    The browser will warn once, until it trusts {tls.authority}")
        self._say("    Ctrl-C stops everything.\n")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def services_of(environment: dict[str, str], tls: Certificates, host: str, port: int, processes: int) -> list[Service]:
    python, manage = sys.executable, str(PROJECT / "manage.py")
    granian = [python, "-m", "granian", "--interface", "wsgi", "--workers", "1", "--no-ws", "--log-level", "warning"]
    granian += ["--working-dir", str(PROJECT)]
    application = "wallet_site.wsgi:application"
    clock_port = environment["TIMESTAMP_SERVERS"].rpartition(":")[2]
    conversion_port = environment["CONVERSION_URL"].rpartition(":")[2]
    bare = environment | {"DJANGO_SETTINGS_MODULE": "wallet_site.bare_settings"}
    at = ["--host", host, "--port", str(port), "--blocking-threads", "2"]
    at += ["--ssl-certificate", str(tls.certificate), "--ssl-keyfile", str(tls.key)]
    beside = ["--host", "127.0.0.1", "--port", conversion_port, "--blocking-threads", "4"]
    return [
        Service("timestamp", [python, manage, "timestamp_server", "--port", clock_port], bare),
        Service("conversion", [*granian, *beside, application], bare),
        Service("worker", [python, manage, "worker"], environment),
        *(Service(f"web {number}", [*granian, *at, application], environment) for number in range(1, processes + 1)),
    ]


def _ask(url: str, authority: Path) -> str:
    """ "ready", or why not."""
    trust = ssl.create_default_context(cafile=str(authority))
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust))
    try:
        with opener.open(url, timeout=5):
            return "ready"
    except urllib.error.HTTPError as error:
        return error.read(2000).decode(errors="replace")
    except OSError as error:
        return str(error)


def _bind(host: str, port: int) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listener:
        return listener.getsockname()[1]


def _free_port(preferred: int) -> int:
    """The usual one, or any other if somebody else has it."""
    try:
        return _bind("127.0.0.1", preferred)
    except OSError:
        return _bind("127.0.0.1", 0)


def _hash(patterns: Iterable[str], *more: str) -> str:
    digest = hashlib.sha256("\0".join(more).encode())
    for pattern in patterns:
        for path in sorted(PROJECT.glob(pattern)):
            if path.is_file() and not path.is_relative_to(PROJECT / ".venv"):
                digest.update(str(path.relative_to(PROJECT)).encode() + path.read_bytes())
    return digest.hexdigest()


def _reason(stderr: str) -> str:
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    for line in lines:
        if line.startswith("?: ("):  # a system check's own line says it better than the summary below it
            return line.partition(") ")[2]
    return lines[-1] if lines else "it gave no reason"
