"""Each person of an import comes once: with parallel or killed workers, lost connections, two who confirm at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from uuid import uuid4

from accounts.models import User
from conversion.money import currency
from events.models import Notification
from ledger.models import Transfer
from tests.base import MoneyTestCase
from tests.cast import PIN, balance, gbp, person
from tests.runner import PROJECT
from tests.treasury.kitties import confirmed, prepared, table
from treasury.imports import booking, files, queries, service
from treasury.models import Import

from .crowd import at_once, session_ended_around_commit
from .test_mass_payments import environment_of_workers

PEOPLE = 120


def crowd(count: int = PEOPLE) -> str:
    return "username,name,balance\n" + "".join(f"guest{number:03},Guest {number},1.50\n" for number in range(count))


class Workers(MoneyTestCase):
    def setUp(self) -> None:
        self.found = confirmed(prepared(table(crowd())))

    def assert_imported_once(self) -> None:
        while booking.import_running():
            pass
        self.found.refresh_from_db()
        self.assertEqual(self.found.status, "finished")
        self.assertEqual(self.found.rows.filter(outcome="booked").count(), PEOPLE)
        self.assertEqual(Transfer.objects.filter(kind="opening_balance", outcome="booked").count(), PEOPLE)
        self.assertFalse(Transfer.objects.filter(kind="grant", target__owner__username__startswith="guest").exists())
        self.assertEqual(User.objects.filter(username__startswith="guest").count(), PEOPLE)
        self.assertEqual(Notification.objects.filter(kind="imported").count(), PEOPLE)
        self.assertEqual(balance(person("guest007")), gbp("1.50"))

    def test_four_at_once(self) -> None:
        def work() -> None:
            while booking.import_running():
                pass

        self.assertEqual(at_once([work] * 4), {"done": 4})
        self.assert_imported_once()

    def test_killed_between_two_people(self) -> None:
        """A real worker process is killed with SIGKILL after some people, three times."""
        seen = []
        for _ in range(3):
            worker = subprocess.Popen(
                [sys.executable, "manage.py", "worker"], cwd=PROJECT, env=environment_of_workers()
            )
            before = done = self.done()
            give_up_at = time.monotonic() + 30
            while done == before and done < PEOPLE and time.monotonic() < give_up_at:
                done = self.done()
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
            seen.append(self.done())
        self.assertTrue(any(0 < done < PEOPLE for done in seen), seen)
        self.assert_imported_once()

    def test_whose_connection_ends_around_a_commit(self) -> None:
        for moment in ("before", "after"):
            with self.subTest(moment), session_ended_around_commit(moment) as lost:
                booking.import_next(self.found)
                self.assertTrue(lost)
        self.assert_imported_once()

    def done(self) -> int:
        return queries.counts_of(self.found)["decided"]


class Confirming(MoneyTestCase):
    def confirm(self, found: Import, name: str) -> None:
        service.confirm(by=person(name), found=found, revision=found.revision, pin=PIN)

    def test_by_two_at_once_is_confirmed_and_approved(self) -> None:
        found = prepared(table("username,name,balance\nzed,Zed,501\n"))
        self.assertEqual(
            at_once([lambda: self.confirm(found, "tess"), lambda: self.confirm(found, "admin")]), {"done": 2}
        )
        found.refresh_from_db()
        self.assertEqual(found.status, "running")
        self.assertEqual({found.confirmed_by, found.approved_by}, {person("tess"), person("admin")})

    def test_by_one_person_twice_at_once_still_waits_for_the_second(self) -> None:
        found = prepared(table("username,name,balance\nzed,Zed,501\n"))
        outcomes = at_once([lambda: self.confirm(found, "admin")] * 2)
        self.assertEqual(outcomes, {"done": 1, "SecondPersonMissing": 1})
        found.refresh_from_db()
        self.assertEqual(found.status, "proposed")

    def test_two_imports_at_once_that_are_too_much_together_lets_one_through(self) -> None:
        both = [prepared(table(f"username,name,balance\nzed{letter},Zed {letter},300\n")) for letter in "xy"]
        at_once([lambda found=found: self.confirm(found, "admin") for found in both])  # type: ignore[misc]
        self.assertEqual(sorted(Import.objects.values_list("status", flat=True)), ["proposed", "running"])

    def test_while_a_choice_is_made_confirms_what_was_seen_or_nothing(self) -> None:
        found = prepared(table("username,name,balance\nzed,Zed,5\nyan,Yan,6\n"))
        one = found.rows.get(number=1)

        def choose() -> None:
            service.choose(by=person("tess"), row=queries.row_with(one.reference), action="skip", takes="")

        outcomes = at_once([lambda: self.confirm(found, "admin"), choose])
        found.refresh_from_db()
        one.refresh_from_db()
        if found.is_draft:
            self.assertEqual((outcomes, one.action), ({"done": 1, "ChoicesChanged": 1}, "skip"))
        else:
            self.assertEqual((outcomes, one.action), ({"done": 1, "ImportIsClosed": 1}, "register"))

    def test_one_file_uploaded_twice_at_once_is_one_import(self) -> None:
        unit = currency("GBP")
        kitty = files.read([table(crowd(3))], unit)

        def upload() -> None:
            service.prepare(by=person("tess"), kitty=kitty, unit=unit, file_name="x", key=uuid4())

        self.assertEqual(at_once([upload] * 4), {"done": 1, "ImportedBefore": 3})
        self.assertEqual(Import.objects.get().rows.count(), 3)
