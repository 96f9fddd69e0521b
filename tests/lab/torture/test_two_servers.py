"""The pair of servers of `./wallet torture`: a COMMIT waits for the standby, and a failover keeps what was booked."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import ClassVar

import psycopg2
from django.test import SimpleTestCase, tag

from lab.torture.copies import NAME, base_backup
from lab.torture.faults import kill_all, postgres_of
from lab.torture.two_servers import Pair
from runtime import roles
from runtime.embedded_postgres import EmbeddedPostgres


@tag("slow")
class ThePair(SimpleTestCase):
    pair: ClassVar[Pair]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        place = Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, place)
        place.chmod(0o711)  # as root, the servers run as another user, who must pass through
        first = EmbeddedPostgres(place / "first", owner_makes_databases=True)
        first.join()
        cls.addClassCleanup(first.leave)
        with closing(psycopg2.connect(first.url(roles.OWNER))) as session:
            session.autocommit = True
            session.cursor().execute(f"CREATE DATABASE {NAME}")
        cls.pair = Pair(base_backup(first, place / "one"), EmbeddedPostgres(place / "two"))
        for server in (cls.pair.primary, cls.pair.standby):
            cls.addClassCleanup(lambda server: kill_all(postgres_of(server.place)), server)
        cls.pair.primary.ensure_running()
        cls.pair.make_standby()

    def ask(self, question: str) -> list[tuple[object, ...]]:
        """Asks whichever server can be written to, as the web processes do."""
        with closing(psycopg2.connect(self.pair.url)) as session, session, session.cursor() as cursor:
            cursor.execute(question)
            return list(cursor.fetchall())

    def write(self) -> int:
        """Commits a large object, which every role may make, and returns its number."""
        [(number,)] = self.ask("SELECT lo_create(0)::bigint")
        assert isinstance(number, int)
        return number

    def written(self) -> set[object]:
        return {row[0] for row in self.ask("SELECT oid::bigint FROM pg_largeobject_metadata")}

    def test_keeps_in_a_failover_there_and_back_what_was_committed(self) -> None:
        kept = set()
        for _ in range(2):
            kept.add(self.write())
            before = self.pair.standby
            with self.pair.failing_over(), self.assertRaises(psycopg2.OperationalError):
                self.write()
            self.assertEqual(self.pair.primary, before)
            self.assertLessEqual(kept, self.written())
            self.pair.make_standby()

    def test_lets_a_commit_wait_for_a_silent_standby_until_it_is_removed(self) -> None:
        waiting = Thread(target=self.write)
        with self.pair.removed():
            waiting.start()
            waiting.join(1.0)
            self.assertTrue(waiting.is_alive())
        waiting.join(10.0)
        self.assertFalse(waiting.is_alive())
        self.pair.make_standby()
