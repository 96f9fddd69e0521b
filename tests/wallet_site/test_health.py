"""/livez says that the process runs; /readyz says what of the installation is well, and whether money can move."""

from __future__ import annotations

import datetime as dt
import socket
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from unittest import mock

from django.db import connection
from django.test import SimpleTestCase, override_settings

from conversion.readings import Check, Reading, in_words
from ledger import audit, verification
from tests.base import Answer, MoneyTestCase
from tests.runner import connected_to
from timestamp_rpc.server import TimestampServer
from wallet_site import health_page, probes, readings
from wallet_site.readings import Observer

NEEDED = {"database", "migrations", "isolation", "clock", "conversion", "room to write"}


class Looking(MoneyTestCase):
    """Each test has an observer of its own, or it would be told what the test before it found."""

    def setUp(self) -> None:
        self.look_again()

    def look_again(self) -> None:
        self.observer = Observer()
        for module in (probes, health_page):
            self.enterContext(mock.patch.object(module, "observer", self.observer))

    def readyz(self) -> Answer:
        return self.client.get("/readyz")

    def replace_checks(self, *checks: Check) -> None:
        self.enterContext(mock.patch.object(readings, "checks", lambda: list(checks)))


class Alive(SimpleTestCase):
    def test_needs_no_database(self) -> None:
        self.assertEqual(self.client.get("/livez").status_code, 200)  # a SimpleTestCase may not query one


class Ready(Looking):
    def test_when_every_part_that_money_needs_is(self) -> None:
        answer = self.readyz()
        self.assertEqual(answer.status_code, 200, answer.content)
        self.assertEqual({name for name, state in answer.json().items() if state == "ok"} & NEEDED, NEEDED)

    def test_also_while_the_worker_and_the_audit_are_late_but_it_says_so(self) -> None:
        answer = self.readyz()
        late = {"worker", "audit", "verification", "job: audit the books", "job: seal the ledger"}
        self.assertEqual({answer.json()[name] for name in late}, {"degraded"})
        audit.run()
        verification.run()
        self.look_again()
        answer = self.readyz()
        self.assertEqual([answer.json()[name] for name in ("audit", "verification")], ["ok", "ok"])

    @override_settings(CONVERSION_URL="http://127.0.0.1:9")
    def test_not_and_names_the_part_and_not_why(self) -> None:
        answer = self.readyz()
        self.assertEqual((answer.status_code, answer.json()["conversion"]), (503, "unavailable"))
        self.assertNotContains(answer, "127.0.0.1", status_code=503)

    def test_not_by_a_clock_whose_time_no_transfer_would_accept(self) -> None:
        server = TimestampServer(start_at=dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)).start()
        self.addCleanup(server.stop)
        with override_settings(TIMESTAMP_SERVERS=[f"127.0.0.1:{server.port}"]):
            answer = self.readyz()
        self.assertEqual((answer.status_code, answer.json()["clock"]), (503, "unavailable"))

    def test_not_with_a_schema_that_is_older_than_the_code(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE app = 'wallet_site'")
        answer = self.readyz()
        self.assertEqual((answer.status_code, answer.json()["migrations"]), (503, "unavailable"))

    def test_is_asked_by_get_and_head(self) -> None:
        for address in ("/livez", "/readyz", "/status/", "/"):
            with self.subTest(address):
                self.assertEqual(self.client.head(address).status_code, 200)
                self.assertEqual(self.client.post(address).status_code, 405)


class ASilentDatabase(Looking):
    """A server that accepts connections and says nothing, as PostgreSQL does under SIGSTOP."""

    def setUp(self) -> None:
        super().setUp()
        self.enterContext(mock.patch.object(readings, "PATIENCE_S", 0.3))

    def test_is_503_at_once_for_all_who_ask_and_holds_one_thread(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener, self.database_at(listener.getsockname()[1]):
            started = time.monotonic()
            answers = [self.readyz() for _ in range(20)]
            self.assertLess(time.monotonic() - started, 2.5)  # one waits for PATIENCE_S, nobody for the connection
            self.assertLessEqual(sum(thread.name == "look" for thread in threading.enumerate()), 1)
        for answer in answers:
            self.assertEqual(answer.status_code, 503)
            self.assertEqual(answer.json()["database"], "unavailable")

    def test_is_found_again_when_it_answers(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener, self.database_at(listener.getsockname()[1]):
            self.assertEqual(self.readyz().status_code, 503)
        give_up_at = time.monotonic() + 20
        with mock.patch.object(readings, "PATIENCE_S", 10):
            while (answer := self.readyz()).status_code != 200 and time.monotonic() < give_up_at:
                threading.Event().wait(0.05)
        self.assertEqual(answer.status_code, 200, answer.content)

    def test_does_not_hide_what_can_be_seen_without_it(self) -> None:
        with self.database_at(1):  # nobody listens there
            answer = self.readyz().json()
        self.assertEqual((answer["database"], answer["conversion"]), ("unavailable", "ok"))
        self.assertIn("disk", answer)
        self.assertNotIn("audit", answer)

    def database_at(self, port: int) -> AbstractContextManager[None]:
        options = {"connect_timeout": 3}
        return connected_to(connection.settings_dict["NAME"], HOST="127.0.0.1", PORT=str(port), OPTIONS=options)


class Looks(Looking):
    def test_are_made_by_one_for_all_who_ask_at_once(self) -> None:
        looked: list[int] = []
        self.replace_checks(check(lambda: looked.append(1)))
        everybody = [threading.Thread(target=self.observer.found) for _ in range(10)]
        for each in everybody:
            each.start()
        for each in everybody:
            each.join()
        self.observer.found()
        self.assertEqual(looked, [1])

    def test_that_take_long_leave_the_others_with_what_is_known(self) -> None:
        begun, go_on = threading.Event(), threading.Event()
        self.replace_checks(check(lambda: None))
        known = self.observer.found()

        def wait() -> None:
            begun.set()
            go_on.wait(20)

        self.replace_checks(check(wait))
        with mock.patch.object(readings, "FRESH_S", 0), mock.patch.object(readings, "PATIENCE_S", 20):
            first = threading.Thread(target=self.observer.found)
            first.start()
            begun.wait(20)
            self.assertIs(self.observer.found(), known)
            go_on.set()
            first.join()
            self.assertIsNot(self.observer.found(), known)

    def test_that_are_old_are_no_answer_while_another_one_is_made(self) -> None:
        """Otherwise the first who asks after a quiet hour could be told what was true then."""
        begun, go_on = threading.Event(), threading.Event()
        self.replace_checks(check(lambda: None))
        known = self.observer.found()

        def wait() -> None:
            begun.set()
            go_on.wait(20)

        self.replace_checks(check(wait))
        with mock.patch.multiple(readings, FRESH_S=0, KNOWN_S=0, PATIENCE_S=20):
            first = threading.Thread(target=self.observer.found)
            first.start()
            begun.wait(20)
            threading.Timer(0.1, go_on.set).start()
            self.assertIsNot(self.observer.found(), known)
            first.join()

    def test_that_fail_name_the_exception_alone_and_log_it_once_a_minute(self) -> None:
        def fail() -> None:
            raise ZeroDivisionError("a secret")

        self.replace_checks(check(fail))
        with (
            mock.patch.dict(readings._logged, clear=True),
            mock.patch.object(readings, "FRESH_S", 0),
            self.assertLogs("wallet_site.readings") as said,
        ):
            found = [self.observer.found() for _ in range(3)]
        self.assertEqual(found[2]["odd"].says, "This could not be looked at (ZeroDivisionError).")
        self.assertEqual(len(said.records), 1)
        self.assertIn("a secret", said.output[0])


class Ages(SimpleTestCase):
    def test_are_told_in_their_largest_unit(self) -> None:
        for seconds, words in (
            (-5, "0 seconds"),
            (1, "1 second"),
            (119, "119 seconds"),
            (120, "2 minutes"),
            (7199, "119 minutes"),
            (7200, "2 hours"),
            (172_800, "2 days"),
        ):
            self.assertEqual(in_words(seconds), words)


def check(look: Callable[[], object]) -> Check:
    """A check that does this, and then finds all well."""

    def read() -> Reading:
        look()
        return Reading(True, "fine")

    return Check("odd", "Odd", read)
