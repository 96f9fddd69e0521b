"""The badge and /status/ say what is known of the books: also that nothing is known any more."""

from __future__ import annotations

import datetime as dt
from unittest.mock import patch

from django.db import DatabaseError
from django.db.models.functions import Now
from django.urls import reverse

from ledger import audit, freshness, verification
from ledger.audit import Law
from ledger.books import books
from ledger.models import AuditRun, VerificationRun
from tests.base import MoneyTestCase
from tests.cast import person
from tests.plugged_in import laws

AUDIT_IS_LATE, VERIFICATION_IS_LATE = dt.timedelta(hours=2, seconds=1), dt.timedelta(days=2, seconds=1)


class TheBooks(MoneyTestCase):
    def check_all(self) -> None:
        audit.run()
        verification.run()

    def assert_told(self, words: str, css: str) -> None:
        """Asserts that the badge has these words on all of its pages, in one statement."""
        visitor, member, staff = self.client_class(), self.client_class(), self.client_class()
        member.force_login(person("alice"))
        staff.force_login(person("audrey"))
        for client, address in (
            (visitor, "/"),
            (visitor, "/status/"),
            (member, "/"),
            (staff, reverse("staff:dashboard")),
        ):
            with self.subTest(address):
                self.assertContains(client.get(address), words)
                self.assertContains(client.get(address), css)
        with self.assertNumQueries(1):
            books()

    def test_were_not_checked_yet(self) -> None:
        self.assert_told("Books not checked yet", 'class="badge"')
        audit.run()  # the verification is still missing
        self.assert_told("Books not checked yet", 'class="badge"')

    def test_balance_when_both_checks_are_recent_and_found_nothing(self) -> None:
        self.check_all()
        self.assert_told("Books balanced", "badge--good")
        AuditRun.objects.update(at=Now() - dt.timedelta(hours=1, minutes=59))
        VerificationRun.objects.update(at=Now() - dt.timedelta(hours=47))
        self.assert_told("Books balanced", "badge--good")

    def test_could_not_be_checked_when_a_check_is_older_than_two_periods(self) -> None:
        for run, age in ((AuditRun, AUDIT_IS_LATE), (VerificationRun, VERIFICATION_IS_LATE)):
            with self.subTest(run.__name__):
                self.check_all()
                run.objects.update(at=Now() - age)
                self.assert_told("Books could not be checked since", "badge--warn")
                self.assertContains(self.client.get("/status/"), "could not be checked since", count=2)
                self.assertEqual(books().at, run.objects.order_by("-at")[0].at)

    def test_do_not_balance_however_old_that_is(self) -> None:
        for run, found, words in (
            (AuditRun, {"breaches": 1}, "they do not balance"),
            (VerificationRun, {"findings": 1}, "something was rewritten"),
        ):
            with self.subTest(run.__name__):
                self.check_all()
                for age in (dt.timedelta(0), dt.timedelta(days=30)):
                    run.objects.update(at=Now() - age, **found)
                    self.assert_told("Books do not balance", "badge--bad")
                    self.assertContains(self.client.get("/status/"), words)

    def test_an_audit_that_fails_stores_nothing_so_the_last_good_one_ages(self) -> None:
        self.check_all()
        AuditRun.objects.update(at=Now() - AUDIT_IS_LATE)
        broken = Law("a page that cannot be read", "SELECT 1 / 0")
        self.addCleanup(audit.laws.pop, broken.name)
        audit.laws[broken.name] = broken
        with self.assertRaises(DatabaseError):
            audit.run()
        self.assertEqual(AuditRun.objects.count(), 1)
        self.assert_told("Books could not be checked since", "badge--warn")
        self.assertNotIn(broken, laws.LAWS)

    def test_the_status_page_tells_how_far_the_seals_have_come(self) -> None:
        self.assertContains(self.client.get("/status/"), "none yet", count=2)
        # The cast's opening grants are not sealed, and are as old as this run of the tests.
        for wait_s, late in ((86_400, 0), (0, 1)):
            with patch.object(freshness, "LONGEST_WAIT_S", wait_s):
                self.assertContains(self.client.get("/status/"), "transfers wait for theirs", count=late)
