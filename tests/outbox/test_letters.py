"""Letters of notifications: one for each or one for many, as their owner chose, and those about security always."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from django.db import connections
from django.db.models import F
from django.db.models.functions import Now
from django.test import TestCase, override_settings
from django.utils import timezone

from accounts.models import User
from accounts.people.kinds import FROZEN
from events.kinds import SECURITY, NotMailed, Topic, known_kinds, known_topics
from events.models import Mail, Notification
from events.notices import tell
from outbox.letters import service
from outbox.letters.health import waiting
from outbox.letters.service import MOST_AT_ONCE, end_of_window
from outbox.models import Bouncing, Preference
from outbox.morning import next_morning
from outbox.preferences.models import Choice
from outbox.preferences.service import choose
from payments.transfers.kinds import MONEY_IN, RECEIVED
from tests.base import MoneyTestCase
from tests.cast import gbp, merchant, person, sent

from .test_mails import QUEUE


def write() -> list[Mail]:
    """Writes what is due, as the messenger does. Returns the new letters."""
    before = set(Mail.objects.values_list("pk", flat=True))
    service.write_due(threading.Event())
    return list(Mail.objects.exclude(pk__in=before).order_by("pk"))


def wait(**more: int) -> None:
    """Lets the notifications, and the letters that were written, be so much older."""
    ago = dt.timedelta(**more)
    Notification.objects.update(created_at=F("created_at") - ago)
    Notification.objects.exclude(mail_due_at=None).update(mail_due_at=F("mail_due_at") - ago)
    Mail.objects.update(created_at=F("created_at") - ago)


def received(user: User, many: int = 1) -> None:
    for _ in range(many):
        tell(user.pk, RECEIVED, actor=person("bob").pk, amount=gbp("1"), subject=uuid4())


@QUEUE
class Letters(TestCase):
    def setUp(self) -> None:
        self.alice = person("alice")

    def kinds(self) -> list[str]:
        return [mail.kind for mail in write()]


class ANotification(Letters):
    def test_becomes_a_letter_once(self) -> None:
        received(self.alice)
        [mail] = write()
        self.assertEqual((mail.user_id, mail.address, mail.kind), (self.alice.pk, "alice@example.org", "received"))
        self.assertEqual(write(), [])
        self.assertEqual(Notification.objects.exclude(mail_due_at=None).count(), 0)

    def test_that_was_written_of_already_is_never_a_second_letter(self) -> None:
        """Also if it came back into the queue, as from a copy of the database: the key is unique."""
        received(self.alice)
        [mail] = write()
        Notification.objects.update(mail_due_at=F("created_at"))
        self.assertEqual(write(), [])
        self.assertEqual(Mail.objects.get().reference, mail.reference)

    def test_of_who_has_no_confirmed_address_is_no_letter(self) -> None:
        User.objects.filter(pk=self.alice.pk).update(email="")
        received(self.alice)
        tell(self.alice.pk, FROZEN, actor=None)
        self.assertEqual(write(), [])
        self.assertEqual(Notification.objects.exclude(mail_due_at=None).count(), 0)

    def test_of_a_kind_that_is_not_mailed_never_waits(self) -> None:
        for kind in known_kinds.values():
            if isinstance(kind.mail, NotMailed):
                tell(self.alice.pk, kind, actor=None, subject=uuid4())
        self.assertTrue(Notification.objects.exists())
        self.assertFalse(Notification.objects.exclude(mail_due_at=None).exists())

    def test_of_an_app_that_is_gone_is_no_letter(self) -> None:
        Notification.objects.create(user=self.alice, kind="gone", mail_due_at=Now())
        self.assertEqual(write(), [])
        self.assertEqual(Notification.objects.exclude(mail_due_at=None).count(), 0)

    def test_that_cannot_be_written_delays_no_other(self) -> None:
        received(self.alice)
        Notification.objects.create(
            user=self.alice, kind="received", amount_minor=1, currency_code="?", mail_due_at=Now()
        )
        tell(self.alice.pk, FROZEN, actor=None)
        with self.assertLogs(service.log):
            self.assertEqual(self.kinds(), ["received", "account_frozen"])
        self.assertEqual(write(), [])
        [later] = Notification.objects.exclude(mail_due_at=None)
        self.assertEqual(later.currency_code, "?")


class ALateLetter(Letters):
    def test_is_seen_by_the_check(self) -> None:
        self.assertTrue(waiting().is_well)
        received(self.alice)
        wait(minutes=4)
        self.assertTrue(waiting().is_well)
        wait(minutes=4)
        self.assertFalse(waiting().is_well)
        write()
        self.assertTrue(waiting().is_well)

    def test_that_waits_for_the_morning_is_none(self) -> None:
        choose(self.alice, {MONEY_IN.code: Choice.DAILY})
        received(self.alice)
        write()
        self.assertTrue(waiting().is_well)


class Every(Letters):
    def test_kind_has_a_preference_or_is_about_security_or_says_why_it_has_no_letter(self) -> None:
        """Walks over all kinds of all apps: each that wants a letter gets one, in its own words."""
        walked = {Topic: 0, type(SECURITY): 0, NotMailed: 0}
        for kind in known_kinds.values():
            with self.subTest(kind):
                Mail.objects.all().delete()
                tell(self.alice.pk, kind, actor=person("bob").pk, subject=uuid4())
                mails = write()
                walked[type(kind.mail)] += 1
                if isinstance(kind.mail, NotMailed):
                    self.assertTrue(kind.mail.reason)
                    self.assertEqual(mails, [])
                    continue
                [mail] = mails
                self.assertEqual(mail.subject, str(kind.label))
                may_stop = "List-Unsubscribe" in mail.headers
                self.assertEqual(may_stop, isinstance(kind.mail, Topic))
                self.assertEqual("so it is always sent" in mail.text, kind.mail == SECURITY)
        self.assertGreater(min(walked.values()), 0, walked)

    def test_topic_has_a_kind_or_is_written_once_a_month(self) -> None:
        of_kinds = {kind.mail.code for kind in known_kinds.values() if isinstance(kind.mail, Topic)}
        monthly = {code for code, topic in known_topics.items() if topic.is_monthly}
        self.assertEqual(of_kinds | monthly, set(known_topics))
        self.assertFalse(of_kinds & monthly)


class AChoice(Letters):
    def choose(self, choice: str) -> None:
        choose(self.alice, {MONEY_IN.code: choice})

    def test_of_never_ends_the_letters_of_its_topic_alone(self) -> None:
        self.choose(Choice.NEVER)
        received(self.alice)
        tell(self.alice.pk, known_kinds["refunded"], actor=None, amount=gbp("1"), subject=uuid4())
        self.assertEqual(self.kinds(), ["refunded"])

    def test_never_applies_to_letters_about_security(self) -> None:
        choose(self.alice, dict.fromkeys(known_topics, Choice.NEVER))
        # As no page of ours writes it: a row for the kind itself.
        Preference.objects.create(user=self.alice, topic=FROZEN, choice=Choice.NEVER)
        Bouncing.objects.create(user=self.alice, address=self.alice.email)
        received(self.alice)
        security = [kind for kind in known_kinds.values() if kind.mail == SECURITY]
        for kind in security:
            tell(self.alice.pk, kind, actor=None, subject=uuid4())
        self.assertGreater(len(security), MOST_AT_ONCE)
        self.assertEqual(self.kinds(), [str(kind) for kind in security])

    def test_of_once_a_day_is_one_letter_in_the_morning(self) -> None:
        self.choose(Choice.DAILY)
        received(self.alice, 3)
        self.assertEqual(write(), [])
        [due_at] = set(Notification.objects.values_list("mail_due_at", flat=True))
        self.assertEqual(due_at, next_morning(timezone.now()))
        wait(days=1)
        [mail] = write()
        self.assertEqual((mail.kind, mail.subject), ("summary", "3 notifications"))
        self.assertIn("Money received: 3 times, £3.00 in all", mail.text)

    def test_is_a_row_only_where_it_is_not_the_default(self) -> None:
        self.choose(Choice.AT_ONCE)
        self.assertFalse(Preference.objects.exists())
        for choice in (Choice.NEVER, Choice.DAILY):
            self.choose(choice)
            self.assertEqual(Preference.objects.get().choice, choice)
        self.choose(Choice.AT_ONCE)
        self.assertFalse(Preference.objects.exists())

    def test_that_changed_meanwhile_counts(self) -> None:
        self.choose(Choice.DAILY)
        received(self.alice, 2)
        write()
        self.choose(Choice.NEVER)
        wait(days=1)
        self.assertEqual(write(), [])
        self.assertEqual(Notification.objects.exclude(mail_due_at=None).count(), 0)


class AStorm(Letters):
    def test_is_one_summary_at_the_end_of_the_window(self) -> None:
        received(self.alice, 50)
        self.assertEqual(write(), [])
        wait(minutes=10)
        [mail] = write()
        self.assertEqual((mail.kind, mail.subject), ("summary", "50 notifications"))
        self.assertEqual(write(), [])

    def test_after_five_letters_waits(self) -> None:
        for _ in range(MOST_AT_ONCE):
            received(self.alice)
            self.assertEqual(self.kinds(), ["received"])
        for _ in range(3):
            received(self.alice)
            self.assertEqual(write(), [])
        wait(minutes=10)
        self.assertEqual([mail.subject for mail in write()], ["3 notifications"])

    def test_holds_up_no_letter_about_security_and_nobody_else(self) -> None:
        received(self.alice, 6)
        tell(self.alice.pk, FROZEN, actor=None)
        received(person("carla"))
        self.assertEqual(sorted(self.kinds()), ["account_frozen", "received"])

    def test_of_more_than_fit_names_the_newest_and_counts_all(self) -> None:
        received(self.alice, 60)
        write()
        wait(minutes=10)
        [mail] = write()
        self.assertIn("Money received: 60 times, £60.00 in all", mail.text)
        self.assertIn("The newest 50 of them", mail.text)
        self.assertEqual(mail.text.count("\n- "), 50)

    def test_waits_for_a_whole_ten_minutes(self) -> None:
        at = dt.datetime(2026, 11, 26, 12, 3, 4, tzinfo=dt.UTC)
        self.assertEqual(end_of_window(at), dt.datetime(2026, 11, 26, 12, 10, tzinfo=dt.UTC))
        self.assertEqual(end_of_window(end_of_window(at)), dt.datetime(2026, 11, 26, 12, 20, tzinfo=dt.UTC))


class TheMorning(TestCase):
    def test_is_that_of_the_site_also_when_its_clocks_change(self) -> None:
        berlin = override_settings(TIME_ZONE="Europe/Berlin")
        with berlin, timezone.override("Europe/Berlin"):
            for before, after in (
                ("2026-11-26T05:59:00+00:00", "2026-11-26T06:00:00+00:00"),
                ("2026-11-26T06:00:00+00:00", "2026-11-27T06:00:00+00:00"),
                ("2026-10-24T12:00:00+00:00", "2026-10-25T06:00:00+00:00"),  # that night the clocks go back
                ("2026-03-28T12:00:00+00:00", "2026-03-29T05:00:00+00:00"),
            ):
                with self.subTest(before):
                    morning = next_morning(dt.datetime.fromisoformat(before))
                    self.assertEqual(morning, dt.datetime.fromisoformat(after))


@QUEUE
class APayment(MoneyTestCase):
    def test_tells_who_paid_how_much_why_and_what_is_there_now(self) -> None:
        sent(person("alice"), person("bob"), "12.50", note="Lunch at evil.example")
        [mail] = write()
        for text in (mail.text, mail.html):
            self.assertIn("£12.50", text)
            self.assertIn("Alice Archer (", text)
            self.assertIn("£1,012.50", text)
            self.assertIn("Lunch at evil", text)
            self.assertNotIn("evil.example", text)  # nothing that a mailbox makes a link of
        self.assertEqual(mail.subject, "Money received")

    def test_writes_no_letter_itself(self) -> None:
        sent(person("alice"), person("bob"), "1")
        self.assertFalse(Mail.objects.exists())

    def test_is_told_to_a_merchant_once_a_day(self) -> None:
        kiosk = merchant()
        User.objects.filter(pk=kiosk.pk).update(email="kiosk@example.org")
        received(kiosk)
        self.assertEqual(write(), [])
        choose(kiosk, {MONEY_IN.code: Choice.AT_ONCE})
        received(kiosk)
        self.assertEqual([mail.kind for mail in write()], ["received"])
        choose(kiosk, {MONEY_IN.code: Choice.DAILY})
        self.assertFalse(Preference.objects.filter(user=kiosk).exists())

    def test_is_one_letter_with_two_messengers(self) -> None:
        people = [person(name) for name in ("bob", "carla", "yuki", "tess")]
        for payee in people:
            received(payee, 3)
        together = threading.Barrier(2)

        def messenger() -> None:
            together.wait()
            try:
                while service.write_due(threading.Event()) and Notification.objects.exclude(mail_due_at=None).exists():
                    pass
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as both:
            for done in [both.submit(messenger) for _ in range(2)]:
                done.result()
        told = Mail.objects.values_list("address", flat=True)
        self.assertEqual(sorted(told), sorted(payee.email for payee in people for _ in range(3)))
