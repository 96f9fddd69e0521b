"""Writing letters: rows of the transaction, each told once, and nothing that could not be sent."""

from __future__ import annotations

import datetime as dt

from allauth.account.app_settings import EMAIL_CONFIRMATION_EXPIRE_DAYS
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMessage, EmailMultiAlternatives, send_mail
from django.db import IntegrityError, transaction
from django.test import TestCase, override_settings

from events.mails import Letter, message_of
from events.models import Mail
from outbox.mail.service import LIFE
from tests.cast import person

QUEUE = override_settings(EMAIL_BACKEND="events.mails.MailQueue")


@QUEUE
class ALetter(TestCase):
    def test_is_a_row_and_goes_nowhere_else(self) -> None:
        self.assertEqual(send_mail("Hello", "text", None, ["bob@example.org"], html_message="<p>text</p>"), 1)
        row = Mail.objects.get()
        self.assertEqual((row.address, row.subject), ("bob@example.org", "Hello"))
        self.assertEqual((row.text, row.html), ("text", "<p>text</p>"))
        self.assertEqual(mail.outbox, [])

    def test_of_what_is_rolled_back_was_never_written(self) -> None:
        with transaction.atomic():
            send_mail("Hello", "text", None, ["bob@example.org"])
            transaction.set_rollback(True)
        self.assertFalse(Mail.objects.exists())

    def test_with_a_known_key_is_not_written_again(self) -> None:
        alice = person("alice")
        for text in ("first", "second"):
            Letter("Hello", text, to=[alice.email], user=alice.pk, kind="test", key="statement 2026-11").send()
        row = Mail.objects.get()
        self.assertEqual((row.text, row.user_id, row.kind), ("first", alice.pk, "test"))
        for _ in range(2):  # without a key, each is a letter
            Letter("Hello", "text", to=[alice.email], user=None, kind="test").send()
        self.assertEqual(Mail.objects.count(), 3)

    def test_to_several_is_one_for_each_who_do_not_see_each_other(self) -> None:
        EmailMessage("Hello", "text", to=["a@example.org"], cc=["b@example.org"], bcc=["c@example.org"]).send()
        rows = Mail.objects.order_by("address")
        self.assertEqual([message_of(row).message()["To"] for row in rows], [row.address for row in rows])
        self.assertEqual(len({row.reference for row in rows}), 3)
        self.assertEqual({message_of(row).message()["Cc"] for row in rows}, {None})

    def test_that_could_never_be_sent_is_refused_where_it_is_written(self) -> None:
        with self.assertRaises(ValueError):
            send_mail("Hello\nBcc: all@example.org", "text", None, ["bob@example.org"])
        with_file = EmailMessage("Hello", "text", to=["bob@example.org"])
        with_file.attach("a.txt", "a", "text/plain")
        with self.assertRaises(ValueError):
            with_file.send()
        self.assertFalse(Mail.objects.exists())

    def test_is_the_same_at_each_attempt(self) -> None:
        letter = EmailMultiAlternatives(
            "Grüße", "Text", "shop@shop.example", ["bob@example.org"], reply_to=["x@y.example"], headers={"X-A": "b"}
        )
        letter.attach_alternative("<p>Text</p>", "text/html")
        letter.send()
        row = Mail.objects.get()
        once, twice = message_of(row).message(), message_of(Mail.objects.get()).message()
        self.assertEqual(once["Message-ID"], f"<{row.reference}@shop.example>")
        for name in ("Message-ID", "Date", "Subject"):
            self.assertEqual(once[name], twice[name])
        self.assertEqual(
            [once[name] for name in ("From", "To", "Reply-To", "X-A", "Auto-Submitted")],
            ["shop@shop.example", "bob@example.org", "x@y.example", "b", "auto-generated"],
        )
        self.assertEqual([part.get_content_type() for part in once.walk()][1:], ["text/plain", "text/html"])

    def test_that_was_sent_keeps_nothing_of_what_was_in_it(self) -> None:
        send_mail("Hello", "text", None, ["bob@example.org"])
        with self.assertRaises(IntegrityError), transaction.atomic():
            Mail.objects.update(sent_at=dt.datetime.now(tz=dt.UTC))

    def test_lives_as_long_as_its_links(self) -> None:
        days = dt.timedelta(days=EMAIL_CONFIRMATION_EXPIRE_DAYS), dt.timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
        self.assertEqual(days, (LIFE, LIFE))
