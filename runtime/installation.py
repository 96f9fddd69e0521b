"""What `./wallet run` and `./wallet dev` share: preparing the installation and running its processes.

The database is prepared only when the schema changed. The processes run until Ctrl-C, and then all of them are ended.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import psycopg2
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.log import configure_logging

from accounts.people.roles import HAS_ADMINISTRATOR
from ledger.installations import ForeignDatabase, require_own_at_start
from runtime.database_keeper import DatabaseKeeper
from runtime.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError, place_of
from runtime.front import FrontError, front_directory
from runtime.old_schema import is_of_old_schema
from runtime.probe import ask
from runtime.services import PROJECT, manage
from runtime.supervisor import Service, Supervisor
from wallet_site.demo.people import SIGN_INS

READY_TIMEOUT_S = 60.0
# The files that decide the schema: tables, SQL, and the system wallets (`migrate` opens one a purpose and currency).
SCHEMA = (
    "*/migrations/*.py",
    "*/sql/*.sql",
    "*/*/sql/*.sql",
    "*/kinds.py",
    "*/*/kinds.py",
    "conversion/money.py",
    "conversion/units.py",
    "runtime/roles.py",
    "wallet_site/settings.py",
    "wallet_site/currency_settings.py",
)


class InstallationCommand(BaseCommand):
    """The base of `run` and `dev`.

    A subclass has its `word` on the command line, the `scheme` of its web server ("http" or "https"), the services that
    it runs, and what it prepares besides the database.
    """

    requires_system_checks: list[str] = []
    word: str
    scheme: str
    name = "localhost"  # the first of the host names that people may type

    def services(self, environment: dict[str, str]) -> list[Service]:
        """The processes to run, with this environment."""
        raise NotImplementedError

    def prepare_more(self, environment: dict[str, str]) -> None:
        """Prepares what this command needs besides a database with the current schema."""

    def hints(self) -> list[str]:
        """Lines to print below the address and the names to sign in with."""
        return []

    def complete_environment(self, port: int) -> None:
        """Sets what the services and the settings read, before the settings are read. `port`: the web server's."""
        self.port, self.owner_url = port, os.environ.pop("DATABASE_OWNER_URL", None)
        os.environ["TIMESTAMP_SERVERS"] = f"127.0.0.1:{_free_port(10000, taken=port)}"
        self.place = Path(os.environ.get("WALLET_PLACE") or place_of())
        os.environ["CONVERSION_URL"] = f"unix:{front_directory(self.place) / 'web' / 'conversion.sock'}"
        os.environ["PYTHONUNBUFFERED"] = "1"

    def serve(self, *, host: str) -> None:
        """Prepares the installation and runs it until Ctrl-C or SIGTERM. Raises CommandError where it cannot start."""
        configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
        self.ready_url = f"{self.scheme}://{_reachable(host)}:{self.port}/readyz"
        self.url = f"{self.scheme}://{self.name}:{self.port}"
        try:
            self.place.mkdir(parents=True, exist_ok=True)
            with self._alone():
                self._require_free(host, self.port)
                self._run()
        except (EmbeddedPostgresError, ForeignDatabase, FrontError, OSError) as error:
            raise CommandError(f"The installation cannot run: {error}") from error

    def _run(self) -> None:
        self._require_current_schema()
        require_own_at_start()
        environment = dict(os.environ)
        self._prepare_database(environment)
        self.prepare_more(environment)
        is_embedded = "WALLET_PLACE" in os.environ
        keeper = DatabaseKeeper(EmbeddedPostgres(self.place)) if is_embedded else lambda: None
        supervisor = Supervisor(self.services(environment), also=keeper, may_blame=_database_answers)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: supervisor.stopped.set())
        try:
            self._say("Starting the processes …")
            supervisor.start()
            if self._wait_until_ready(supervisor):
                self._seed(environment)
                self._welcome()
                supervisor.watch()
        finally:
            self._say("Stopping …")
            supervisor.stop()

    # Before anything starts -------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Holds `run.lock`. Raises CommandError where another start of this installation holds it.

        The port alone would not show a second start, since web processes share their port.
        """
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
            raise CommandError(f"There is no port {port}. Choose one from 1024 to 65535.")
        try:
            _bind(host, port)
        except PermissionError:
            raise CommandError(f"This user may not listen on port {port}. Choose a port above 1023.") from None
        except OSError:
            raise CommandError(
                f"Another program uses port {port}. Choose another one: ./wallet {self.word} --port {port + 1000}"
            ) from None

    def _require_current_schema(self) -> None:
        """Raises CommandError where the database has the schema from before the rooms, and changes nothing in it.

        Nothing was released with that schema, so there is no migration from it.
        """
        if not is_of_old_schema(os.environ["DATABASE_URL"]):
            return
        is_embedded = (self.place / "data").exists()
        where = f"Move {self.place} away" if is_embedded else "Give DATABASE_URL an empty database"
        raise CommandError(
            f"The data here are of an older, unreleased schema. {where} and start again. Nothing was changed."
        )

    def _prepare_database(self, environment: dict[str, str]) -> None:
        """Migrates the database where SCHEMA's files, its address or the own unit changed since the last success."""
        unit = (settings.OWN_UNIT, settings.OWN_UNIT_NAME, str(settings.OWN_UNIT_DECIMALS))
        schema = hash_of(SCHEMA, environment["DATABASE_URL"], *unit)
        if self.owner_url and self.fingerprint("schema") != schema:
            owner = environment | {"DATABASE_OWNER_URL": self.owner_url}
            self.step("Preparing the database", owner, "migrate", "--no-input", "--verbosity=0")
            self.step("Making the cache table", owner, "createcachetable", "--verbosity=0")
            self.set_fingerprint("schema", schema)

    def step(self, what: str, environment: dict[str, str], *words: str) -> None:
        """Runs a management command, and repeats the warnings of its system checks.

        Raises CommandError where it fails, and writes its output to a file.
        """
        self._say(f"{what} …")
        done = subprocess.run(manage(*words), env=environment, capture_output=True, text=True, cwd=PROJECT, check=False)
        if done.returncode:
            report = self.place / "last-failure.log"
            report.write_text(done.stdout + done.stderr)
            raise CommandError(f"{what} failed: {_reason(done.stderr)} (the whole output: {report})")
        for warning in _findings(done.stderr):
            self._say(f"    {warning}")

    def fingerprint(self, name: str) -> str | None:
        """The stored hash of what was prepared last under this name."""
        try:
            return json.loads((self.place / "fingerprints.json").read_text()).get(name)
        except (OSError, ValueError):
            return None

    def set_fingerprint(self, name: str, value: str) -> None:
        path = self.place / "fingerprints.json"
        known = json.loads(path.read_text()) if path.exists() else {}
        path.write_text(json.dumps(known | {name: value}))

    # While it runs ----------------------------------------------------------------------------------------------------

    def _wait_until_ready(self, supervisor: Supervisor) -> bool:
        """True once /readyz answers 200; False if Ctrl-C or SIGTERM came first. Raises CommandError after a minute."""
        give_up_at = time.monotonic() + READY_TIMEOUT_S
        answer = "no answer"
        while time.monotonic() < give_up_at:
            if supervisor.stopped.wait(0.1):
                return False
            supervisor.check()
            answer = ask(self.ready_url, name=self.name)
            if answer == "ready":
                return True
        raise CommandError(f"Not ready after {READY_TIMEOUT_S:.0f} s: {answer}")

    def _seed(self, environment: dict[str, str]) -> None:
        if not settings.DEMO or self.fingerprint("seed") == environment["DATABASE_URL"]:
            return
        self.step("Seeding the demo", environment, "seed_demo")
        self.set_fingerprint("seed", environment["DATABASE_URL"])

    def _welcome(self) -> None:
        self._say(f"\n  {settings.SITE_NAME} is ready:  {self.url}")
        if settings.DEMO:
            for name, password, role in SIGN_INS:
                self._say(f"    sign in as  {name} / {password}  ({role})")
        elif not _has_administrator():
            self._say("    There is no administrator yet. In another terminal:  ./wallet create_admin")
        for hint in self.hints():
            self._say(f"    {hint}")
        self._say("    Ctrl-C stops everything.\n")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _database_answers() -> bool:
    try:
        psycopg2.connect(os.environ["DATABASE_URL"], connect_timeout=2).close()
    except psycopg2.OperationalError:
        return False
    return True


def _has_administrator() -> bool:
    """Asked without Django, which would keep a connection that later forks of this process inherit."""
    with contextlib.closing(psycopg2.connect(os.environ["DATABASE_URL"], connect_timeout=2)) as connection:
        cursor = connection.cursor()
        cursor.execute(HAS_ADMINISTRATOR)
        return cursor.fetchone() == (True,)


def _reachable(host: str) -> str:
    """The address at which this machine reaches a server that listens on `host`."""
    address = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - it is compared
    return f"[{address}]" if ":" in address else address


def _bind(host: str, port: int) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listener:
        return listener.getsockname()[1]


def _free_port(preferred: int, *, taken: int) -> int:
    """The preferred port, or any free one where another program uses it or it is `taken`.

    `taken` is the web server's port, on which nothing listens yet.
    """
    if preferred != taken:
        with contextlib.suppress(OSError):
            return _bind("127.0.0.1", preferred)
    return _bind("127.0.0.1", 0)


def hash_of(patterns: Iterable[str], *more: str) -> str:
    """SHA-256 over the names and contents of the files that match, and over the texts `more`."""
    digest = hashlib.sha256("\0".join(more).encode())
    for pattern in patterns:
        for path in sorted(PROJECT.glob(pattern)):
            if path.is_file() and not path.is_relative_to(PROJECT / ".venv"):
                digest.update(str(path.relative_to(PROJECT)).encode() + path.read_bytes())
    return digest.hexdigest()


def _reason(stderr: str) -> str:
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    said = [*_findings(stderr), *lines[-1:]]  # the line of a failed system check says more than the summary below it
    return said[0] if said else "the command gave no reason"


def _findings(stderr: str) -> list[str]:
    """The texts of the system checks in this output, errors first, without their codes."""
    return [line.strip().partition(") ")[2] for line in stderr.splitlines() if line.strip().startswith("?: (")]
