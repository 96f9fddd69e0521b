"""The rule of attempts: leases, pauses, and who may say what came of an attempt. Tried with letters."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import replace

from django.core.mail import EmailMessage
from django.db import connection, connections
from django.db.models import F
from django.test import TestCase

from events.mails import MailQueue
from events.models import Mail
from outbox.attempts import LEASE_S
from outbox.mail.service import MAILS
from tests.base import MoneyTestCase


def written(many: int = 1) -> list[Mail]:
    before = set(Mail.objects.values_list("pk", flat=True))
    MailQueue().send_messages([EmailMessage("Hello", "text", to=["bob@example.org"]) for _ in range(many)])
    return list(Mail.objects.exclude(pk__in=before).order_by("pk"))


def later(**length: float) -> None:
    """Lets this much time pass for every letter."""
    passed = dt.timedelta(**length)
    Mail.objects.update(
        created_at=F("created_at") - passed, due_at=F("due_at") - passed, lease_until=F("lease_until") - passed
    )


class AClaim(TestCase):
    def test_leases_the_oldest_due_rows_and_no_more_than_asked_for(self) -> None:
        first, second, third = written(3)
        Mail.objects.filter(pk=first.pk).update(due_at=F("due_at") + dt.timedelta(minutes=1))
        self.assertEqual([row.pk for row in MAILS.claim(1)], [second.pk])
        self.assertEqual([row.pk for row in MAILS.claim(5)], [third.pk])
        self.assertFalse(MAILS.has_due())
        self.assertEqual(MAILS.claim(5), [])

    def test_passes_on_when_its_lease_ends_and_then_its_holder_has_no_say(self) -> None:
        written()
        [slow] = MAILS.claim()
        later(seconds=LEASE_S + 1)
        [other] = MAILS.claim()
        self.assertEqual((slow.pk, other.attempts), (other.pk, 2))
        self.assertFalse(MAILS.sent(slow))
        self.assertFalse(MAILS.failed(slow, "slow"))
        self.assertTrue(MAILS.sent(other))
        self.assertFalse(MAILS.sent(other))

    def test_that_never_has_a_result_is_the_last_one_after_all_attempts(self) -> None:
        """A letter that crashes the messenger does not crash it for ever."""
        written()
        for _ in range(len(MAILS.waits_s) + 1):
            self.assertEqual(len(MAILS.claim()), 1)
            later(seconds=LEASE_S + 1)
        self.assertEqual(MAILS.claim(), [])
        self.assertFalse(MAILS.has_due())
        self.assertIsNotNone(Mail.objects.get().dead_at)


class AFailure(TestCase):
    def test_is_followed_by_eight_attempts_within_about_a_day(self) -> None:
        written()
        waits_s = []
        while rows := MAILS.claim():
            assert rows[0].lease_until is not None
            self.assertTrue(MAILS.failed(rows[0], "451 later"))
            row = Mail.objects.get()
            if row.dead_at is None:
                waits_s.append((row.due_at - rows[0].lease_until).total_seconds() + LEASE_S)
                later(seconds=waits_s[-1])
        self.assertEqual((len(waits_s), Mail.objects.get().attempts), (7, 8))
        for waited_s, planned_s in zip(waits_s, MAILS.waits_s, strict=True):
            self.assertTrue(0.8 * planned_s <= waited_s <= 1.2 * planned_s + 1, (waited_s, planned_s))
        self.assertTrue(0.9 < sum(MAILS.waits_s) / 86_400 < 1.1)
        self.assertEqual(Mail.objects.get().last_error, "451 later")


class TwoClaimers(MoneyTestCase):
    def test_never_get_the_same_row(self) -> None:
        written(60)
        got: list[list[int]] = [[], [], [], []]

        def claim(mine: list[int]) -> None:
            try:
                while rows := MAILS.claim(2):
                    mine.extend(row.pk for row in rows)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=claim, args=(mine,)) for mine in got]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        claimed = sorted(pk for mine in got for pk in mine)
        self.assertEqual(claimed, sorted(Mail.objects.values_list("pk", flat=True)))

    def test_pass_over_what_another_is_claiming(self) -> None:
        first, second = written(2)
        other = connections.create_connection("default")
        self.addCleanup(other.close)
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT 1 FROM events_mail WHERE id = %s FOR UPDATE", [first.pk])
            self.assertEqual([row.pk for row in MAILS.claim(2)], [second.pk])

    def test_get_it_twice_where_a_lease_is_no_lease(self) -> None:
        """The control: with leases that end at once the same row is got again and again."""
        written()
        unleased = replace(MAILS, lease_s=0.0)
        self.assertEqual([len(unleased.claim()) for _ in range(3)], [1, 1, 1])


class ALook(MoneyTestCase):
    def test_at_what_is_due_reads_the_small_index(self) -> None:
        written(3)
        Mail.objects.update(sent_at=F("created_at"), text="", html="", headers={})
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO events_mail (reference, kind, address, subject, text, html, headers, sent_at)"
                " SELECT gen_random_uuid(), '', 'a@example.org', '', '', '', '{}', now() FROM generate_series(1, 5000)"
            )
            cursor.execute("SET plan_cache_mode = force_generic_plan")
            cursor.execute("EXPLAIN SELECT 1 FROM events_mail WHERE sent_at IS NULL AND dead_at IS NULL"
                           " AND due_at <= statement_timestamp() LIMIT 1")  # fmt: skip
            self.assertIn("mail_due", "\n".join(line for (line,) in cursor.fetchall()))
