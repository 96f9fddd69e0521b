"""The server beside the project: shared, stopped by the last, and back after being killed. On a cluster of its own."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import closing
from pathlib import Path

import psycopg2
from django.test import SimpleTestCase

from runtime import roles
from runtime.embedded_postgres import EmbeddedPostgres


class EmbeddedPostgresTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        outside = Path(tempfile.mkdtemp(prefix="wallet house "))  # with spaces, as people have them
        cls.addClassCleanup(shutil.rmtree, outside)
        outside.chmod(0o711)  # as root, the server's own user must get through
        cls.place = outside / "place"

    def joined(self) -> EmbeddedPostgres:
        server = EmbeddedPostgres(self.place)  # as `./wallet run` has it: nothing turned off for speed
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

    def test_it_comes_back_after_kill_9_with_what_was_committed(self) -> None:
        server = self.joined()
        with closing(psycopg2.connect(server.url(roles.OWNER))) as session, session, session.cursor() as cursor:
            cursor.execute("CREATE TABLE kept AS SELECT 7 AS number")
        server.postmaster().kill()
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
        self.assertEqual(found, ("2s", "5s", "10s", "read committed"))

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
