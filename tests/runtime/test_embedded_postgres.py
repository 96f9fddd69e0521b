"""The embedded PostgreSQL server: shared by processes, stopped by the last, restarted after kill -9.

These tests use their own clusters, not that of the other tests.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import ClassVar
from unittest import mock

import psutil
import psycopg2
from django.test import SimpleTestCase

from runtime import memory, roles
from runtime.database_keeper import DatabaseKeeper
from runtime.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from runtime.server_process import processes_in


def postmaster_of(server: EmbeddedPostgres) -> psutil.Process:
    postmaster = server.postmaster()
    assert postmaster is not None
    return postmaster


class EmbeddedPostgresTests(SimpleTestCase):
    place: ClassVar[Path]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        outside = Path(tempfile.mkdtemp(prefix="wallet place "))  # with spaces, as in many people's paths
        cls.addClassCleanup(shutil.rmtree, outside)
        outside.chmod(0o711)  # under root, the server runs as another user, who must pass through
        cls.place = outside / "place"

    def joined(self) -> EmbeddedPostgres:
        server = EmbeddedPostgres(self.place)  # with the settings of `./wallet run`, not the faster ones of tests
        server.join()
        self.addCleanup(server.leave)
        return server

    def ask(self, server: EmbeddedPostgres, role: str, question: str) -> tuple[object, ...] | None:
        with closing(psycopg2.connect(server.url(role))) as session, session.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()

    def test_the_last_to_leave_stops_it(self) -> None:
        first, second = self.joined(), self.joined()
        first.leave()
        self.assertEqual(self.ask(second, roles.WEB, "SELECT 1"), (1,))
        second.leave()
        self.assertFalse(second.is_alive())

    def test_one_that_does_not_start_is_tried_again_until_it_does(self) -> None:
        """A full disk, say: the keeper raises nothing, and the server is there once the cause is gone."""
        server = self.joined()
        keeper = DatabaseKeeper(server)
        configuration = self.place / "data" / "postgresql.auto.conf"
        before = configuration.read_text()
        configuration.write_text("nonsense = here\n")
        postmaster_of(server).kill()
        psutil.wait_procs(processes_in(server._data), timeout=5)
        with mock.patch("runtime.database_keeper.FIRST_PAUSE_S", 0.1), self.assertLogs("supervisor", "WARNING") as said:
            keeper()
            self.until(lambda: not server.is_alive())
            keeper()
            self.assertFalse(server.is_alive())
            configuration.write_text(before)
            give_up_at = time.monotonic() + 30
            while not server.is_answering() and time.monotonic() < give_up_at:
                keeper()
                time.sleep(0.05)
        self.assertTrue(server.is_answering())
        self.assertRegex(said.output[1], "the database does not start: .* configuration file")

    def test_one_that_recovers_for_long_holds_up_nobody(self) -> None:
        """The supervisor calls the keeper, and must go on looking after all else."""
        server = self.joined()
        data = self.place / "data"
        configuration = data / "postgresql.auto.conf"
        before = configuration.read_text()
        postmaster_of(server).kill()
        psutil.wait_procs(processes_in(server._data), timeout=5)
        gate = data / "gate"  # the recovery asks for an archived file, and gets no answer while this exists
        gate.touch(mode=0o644)
        asks = f"restore_command = 'while test -e {gate.name}; do sleep 0.1; done; false'"
        configuration.write_text(f"{asks}\nhot_standby = off\n")  # so it is ready only when it has recovered
        (data / "recovery.signal").touch()
        with self.assertLogs("supervisor", "WARNING"):
            DatabaseKeeper(server)()
        self.assertEqual((server.is_alive(), server.has_started(), server.is_answering()), (True, False, False))
        recovering = server.postmaster()
        DatabaseKeeper(server)()
        gate.unlink()
        configuration.write_text(before)
        self.until(server.has_started)
        self.assertEqual((server.is_answering(), server.postmaster()), (True, recovering))

    def until(self, it_is_so: Callable[[], object]) -> None:
        give_up_at = time.monotonic() + 30
        while not it_is_so():
            self.assertLess(time.monotonic(), give_up_at)
            time.sleep(0.05)

    def test_one_that_is_silent_is_not_killed(self) -> None:
        server = self.joined()
        postmaster = postmaster_of(server)
        postmaster.suspend()
        try:
            with (
                mock.patch("runtime.embedded_postgres.STOP_TIMEOUT_S", 1.0),
                mock.patch.object(server, "_connect", side_effect=psycopg2.OperationalError("timeout expired")),
                self.assertRaisesRegex(EmbeddedPostgresError, "runs .* and does not answer"),
            ):
                server.ensure_running()
        finally:
            postmaster.resume()
        self.assertEqual(server.postmaster(), postmaster)

    def test_it_comes_back_after_kill_9_with_what_was_committed(self) -> None:
        server = self.joined()
        with closing(psycopg2.connect(server.url(roles.OWNER))) as session, session, session.cursor() as cursor:
            cursor.execute("CREATE TABLE kept AS SELECT 7 AS number")
        postmaster_of(server).kill()
        self.assertTrue(server.ensure_running())
        self.assertEqual(self.ask(server, roles.WEB, "SELECT number FROM kept"), (7,))
        self.assertFalse(server.ensure_running())

    def test_the_web_role_may_not_change_the_schema_and_has_its_time_outs(self) -> None:
        server = self.joined()
        with self.assertRaises(psycopg2.errors.InsufficientPrivilege):
            self.ask(server, roles.WEB, "CREATE TABLE mine (id int)")
        found = self.ask(
            server,
            roles.WEB,
            "SELECT current_setting('lock_timeout'), current_setting('statement_timeout'),"
            " current_setting('idle_in_transaction_session_timeout'), current_setting('transaction_isolation')",
        )
        self.assertEqual(found, ("2s", "3s", "10s", "read committed"))

    def test_nobody_is_anybodys_superuser(self) -> None:
        server = self.joined()
        for role in (roles.OWNER, roles.WEB):
            found = self.ask(server, role, "SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user")
            self.assertEqual(found, (False, False))

    def test_a_wrong_password_is_refused_and_the_right_ones_are_only_ours_to_read(self) -> None:
        server = self.joined()
        with self.assertRaises(psycopg2.OperationalError):
            psycopg2.connect(server.url(roles.WEB).replace(server.secrets[roles.WEB], "guess"))
        self.assertEqual((self.place / "secrets.json").stat().st_mode & 0o777, 0o600)
        self.assertEqual(server._socket_dir.stat().st_mode & 0o777, 0o700)


class InMemory(SimpleTestCase):
    """A cluster in memory, as tests use it. An ordinary directory replaces the machine's memory file system."""

    def setUp(self) -> None:
        outside = Path(tempfile.mkdtemp(prefix="wallet place "))
        self.addCleanup(shutil.rmtree, outside)
        outside.chmod(0o711)
        self.memory, self.place = outside / "memory", outside / "place"
        self.memory.mkdir()
        self.memory.chmod(0o1777)
        for name, value in (("MEMORY", self.memory), ("ROOM_IN_MEMORY", 1)):
            patch = mock.patch.object(memory, name, value)
            patch.start()
            self.addCleanup(patch.stop)

    def joined(self, place: Path | None = None) -> EmbeddedPostgres:
        server = EmbeddedPostgres(place or self.place, throwaway=True, in_memory=True)
        server.join()
        self.addCleanup(server.leave)
        return server

    def kept(self) -> list[Path]:
        return list(self.memory.iterdir())

    def test_is_found_by_a_second_run_and_gone_after_the_last(self) -> None:
        first, second = self.joined(), self.joined()
        [home] = self.kept()
        self.assertEqual(first.postmaster(), second.postmaster())
        self.assertTrue((home / "data" / "PG_VERSION").exists())
        self.assertFalse((self.place / "data").exists())
        self.assertEqual((home / "data").stat().st_mode & 0o777, 0o700)
        first.leave()
        self.assertTrue(second.is_answering())
        second.leave()
        self.assertEqual((self.kept(), (self.place / "memory").is_symlink()), ([], False))

    def test_what_killed_runs_left_is_used_again(self) -> None:
        server = self.joined()
        before = self.kept()
        assert server._users_lock is not None
        server._users_lock.close()  # as the kernel does for a killed process
        server._users_lock = None
        postmaster_of(server).kill()
        again = self.joined()
        self.assertTrue(again.is_answering())
        self.assertEqual(self.kept(), before)

    def test_what_nobody_finds_any_more_is_removed(self) -> None:
        """A cluster in memory is removed if its project, or the link to it, was deleted after the run was killed."""
        elsewhere = self.place.with_name("elsewhere")
        lost = self.joined(elsewhere)
        server, [home] = postmaster_of(lost), self.kept()
        assert lost._users_lock is not None
        lost._users_lock.close()
        lost._users_lock = None
        shutil.rmtree(elsewhere)
        found = self.joined()
        self.assertNotIn(home, self.kept())
        self.assertFalse(server.is_running())
        (self.place / "memory").unlink()
        before = self.kept()
        memory._remove_what_nobody_finds(found.place, lambda home: EmbeddedPostgres(home)._stop())
        self.assertEqual((len(before), self.kept()), (1, []))

    def test_is_on_disk_where_there_is_no_room(self) -> None:
        with mock.patch.object(memory, "ROOM_IN_MEMORY", 2**60):
            self.assertTrue(self.joined().is_answering())
        self.assertEqual(self.kept(), [])
        self.assertTrue((self.place / "data" / "PG_VERSION").exists())

    def test_no_directory_of_somebody_elses_is_used(self) -> None:
        """A restart of the machine empties its memory. Another user may then create the directory that a link names."""
        prepared = self.memory / "wallet-prepared"
        prepared.mkdir()
        prepared.chmod(0o777)
        self.place.mkdir()
        (self.place / "memory").symlink_to(prepared)
        self.assertTrue(self.joined().is_answering())
        self.assertEqual(list(prepared.iterdir()), [])
        self.assertNotEqual((self.place / "memory").readlink(), prepared)
