"""Runs the tests against a real database as the web role, with the real clock and the real conversion service.

The owner role creates one database and migrates it, and the cast is registered in it. This database is the template:
each test that moves money starts with a new copy of it (`tests.base.MoneyTestCase`). Several processes run tests in
parallel. Each process has its own database on the same server; the clock and the conversion service are shared.
"""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import signal
import subprocess
import sys
import unittest
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test.runner import (
    DiscoverRunner,
    ParallelTestSuite,
    RemoteTestResult,
    RemoteTestRunner,
    filter_tests_by_tags,
)
from django.test.utils import iter_test_cases  # type: ignore[attr-defined]  # django-stubs leave it out

from lab.scratch.installation import free_port, wait_for_port
from runtime import roles
from runtime.supervisor import die_with_parent
from web.deadlines import set_deadlines

from . import neighbours, patience
from .settings import DATABASE_OWNER

PROJECT = Path(__file__).resolve().parent.parent
TEMPLATE = "wallet_template"
DROP = "DROP DATABASE IF EXISTS {}"
MOST_PROCESSES = 4  # one process may open thirty database sessions at once, and the web role has a hundred


def begin_worker(*details: Any) -> None:
    """Prepares a process that runs tests in parallel with other processes."""
    ParallelTestSuite.init_worker(*details)
    multiprocessing.current_process().daemon = False  # a daemonic process may not start processes, and some tests do
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    parent = multiprocessing.parent_process()
    assert parent is not None and parent.pid is not None
    die_with_parent(parent.pid)()  # an orphan would keep the locks of a killed run
    neighbours.are_waited_for()


class WorkerResult(RemoteTestResult):
    """Makes a failed subtest picklable, so that it can be sent to the main process.

    A test case that holds a client, or a subtest with a function as a parameter, cannot be pickled. Sent instead are a
    new test case of the same name, and the parameters as text.
    """

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:  # noqa: N802 - unittest's name
        subtest.test_case = type(test)(test._testMethodName)
        subtest.params = {name: str(value) for name, value in subtest.params.items()}
        super().addSubTest(test, subtest, err)


class WorkerRunner(RemoteTestRunner):
    resultclass = WorkerResult


class Workers(ParallelTestSuite):
    init_worker = begin_worker
    runner_class = WorkerRunner


class WalletRunner(DiscoverRunner):
    """Runs one process for each core, at most MOST_PROCESSES, unless `--parallel` gives another number.

    Each process has a copy of the database. Tests tagged `slow` are left out, unless `--slow` is given.
    """

    parallel_test_suite = Workers

    def __init__(self, *, parallel: int = 0, pdb: bool = False, slow: bool = False, **options: Any) -> None:
        self._services: list[subprocess.Popen[bytes]] = []
        self._slow, self._left_out = slow, 0
        patience.begin(slow=slow)
        if sys.platform.startswith("linux"):
            multiprocessing.set_start_method("fork", force=True)  # Django cannot handle Python 3.14's default
        super().__init__(parallel=parallel or (1 if pdb else _cores()), pdb=pdb, **options)

    @classmethod
    def add_arguments(cls, parser: Any) -> None:
        super().add_arguments(parser)
        parser.add_argument("--slow", action="store_true", help="Runs slow tests, too, and longer searches.")

    def load_tests_for_label(self, label: str, discover_kwargs: Any) -> Any:
        tests = list(iter_test_cases(super().load_tests_for_label(label, discover_kwargs)))
        kept = tests if self._slow else list(filter_tests_by_tags(tests, set(), {"slow"}))
        self._left_out += len(tests) - len(kept)
        return kept

    def setup_test_environment(self, **kwargs: Any) -> None:
        super().setup_test_environment(**kwargs)
        settings.DEBUG = False
        self._start_services()

    def teardown_test_environment(self, **kwargs: Any) -> None:
        for service in self._services:
            service.terminate()
            service.wait()
        super().teardown_test_environment(**kwargs)

    def setup_databases(self, **kwargs: Any) -> list[tuple[BaseDatabaseWrapper, str, bool]]:
        """Creates the template and its copies, under the names that Django's parallel worker processes look for."""
        self._wait_for_other_runs()
        name = f"test_{connection.settings_dict['NAME']}"
        copies = [f"{name}_{number}" for number in range(1, self.parallel + 1)] if self.parallel > 1 else []
        for database in (name, *copies, TEMPLATE):
            drop(database)
        as_owner("postgres", [f"CREATE DATABASE {TEMPLATE}"])
        as_owner(TEMPLATE, roles.database_statements(TEMPLATE))
        self._fill(TEMPLATE)
        for database in (name, *copies):
            restore(database)
        connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = name
        set_deadlines(60, connect_s=60)  # the driver waits as it does in production, but parallel tests are slow
        return []

    def teardown_databases(self, old_config: Any, **kwargs: Any) -> None:
        connection.close()  # the next run drops the databases; nothing but tests uses this cluster

    def suite_result(self, suite: unittest.TestSuite, result: Any, **kwargs: Any) -> int:
        failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
        skipped = len(result.skipped)
        if self._left_out:
            print(f"{self._left_out} slow tests were left out; ./wallet test --slow runs them, and searches longer.")
        print(f"{result.testsRun - failed - skipped} passed, {failed} failed, {skipped} skipped", flush=True)
        return failed

    def _wait_for_other_runs(self) -> None:
        """Waits for the lock on the tests' cluster, which one run uses at a time. The kernel frees it when we exit."""
        self._turn = (Path(os.environ.get("WALLET_PLACE", gettempdir())) / "tests.lock").open("w")
        try:
            fcntl.flock(self._turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another test run of this project to end …", flush=True)
            fcntl.flock(self._turn, fcntl.LOCK_EX)

    def _fill(self, database: str) -> None:
        with owner_of(database):
            call_command("migrate", verbosity=0, interactive=False)
            call_command("createcachetable", verbosity=0)
        with connected_to(database):
            from tests.cast import make_cast

            make_cast()

    def _start_services(self) -> None:
        clock, conversion = free_port(), free_port()
        settings.TIMESTAMP_SERVERS = [f"127.0.0.1:{clock}"]
        settings.CONVERSION_URL = f"http://127.0.0.1:{conversion}"
        os.environ["TIMESTAMP_SERVERS"], os.environ["CONVERSION_URL"] = f"127.0.0.1:{clock}", settings.CONVERSION_URL
        bare = {"DJANGO_SETTINGS_MODULE": "wallet_site.bare_settings", "TIMESTAMP_KEY_DIR": "", "LOG_LEVEL": "ERROR"}
        granian = str(Path(sys.executable).parent / "granian")
        for command in (
            [sys.executable, "manage.py", "timestamp_server", "--port", str(clock)],
            [granian, "--interface", "wsgi", "--port", str(conversion), "wallet_site.wsgi:application"],
        ):
            self._services.append(
                subprocess.Popen(
                    command,
                    cwd=PROJECT,
                    env=os.environ | bare,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    preexec_fn=die_with_parent(os.getpid()),
                )
            )
        for port in (clock, conversion):
            wait_for_port(port, within_s=20)


def _cores() -> int:
    return min(os.cpu_count() or 1, MOST_PROCESSES)


@contextmanager
def connected_to(database: str, **changes: Any) -> Iterator[None]:
    """Within the block, the default connection goes to `database`, and with `changes` as another role."""
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(NAME=database, **changes)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def owner_of(database: str) -> Any:
    return connected_to(database, USER=DATABASE_OWNER["USER"], PASSWORD=DATABASE_OWNER["PASSWORD"])


def as_owner(database: str, statements: list[str]) -> None:
    as_role(DATABASE_OWNER, database, statements)


def restore(database: str) -> None:
    """Replaces `database` with a new copy of the template.

    All statements run in one session, since opening a session takes time, too.
    """
    end_sessions_in(database)
    create = f"CREATE DATABASE {database} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY"
    as_owner("postgres", [DROP.format(database), create, *roles.database_statements(database)[:2]])


def drop(database: str) -> None:
    end_sessions_in(database)
    as_owner("postgres", [DROP.format(database)])


def end_sessions_in(database: str) -> None:
    """Ends the web role's sessions in `database`, signed in as the web role: the owner may not end them."""
    web = settings.DATABASES["default"]
    as_role(
        web,
        "postgres",
        [
            "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity"
            f" WHERE datname = '{database}' AND usename = '{web['USER']}'"
        ],
    )


def as_role(who: dict[str, Any], database: str, statements: list[str]) -> None:
    host = who.get("HOST") or who.get("OPTIONS", {}).get("host")
    with closing(
        psycopg2.connect(
            host=host, port=who.get("PORT") or None, user=who["USER"], password=who["PASSWORD"], dbname=database
        )
    ) as session:
        session.autocommit = True
        with session.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
