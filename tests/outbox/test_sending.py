"""Sending over a real connection, to a server that takes letters, refuses them, hangs up, hangs or is away."""

from __future__ import annotations

import socket
import threading
import time
from unittest import mock

from django.conf import settings
from django.core.mail import EmailMessage, send_mail
from django.db.models.functions import Now
from django.test import TestCase, override_settings

from events.models import Mail
from outbox.mail import service, transport
from outbox.mail.health import given_up, waiting
from outbox.mail.jobs import delete_old_letters, erase_old_letters
from outbox.mail.transport import SEND_S

from .mail_server import HANG, HANG_UP, MailServer
from .test_attempts import later, written
from .test_mails import QUEUE

SMTP = {"MAIL_TRANSPORT": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_HOST": "127.0.0.1"}


@QUEUE
class Sending(TestCase):
    def setUp(self) -> None:
        self.server = self.enterContext(MailServer())
        self.enterContext(override_settings(EMAIL_PORT=self.server.port, **SMTP))
        for name, seconds in (("CONNECT_S", 2.0), ("SEND_S", 1.0)):
            self.enterContext(mock.patch.object(transport, name, seconds))
        self.enterContext(mock.patch.object(service, "MOST_PER_SECOND", 1000.0))

    def send_due(self) -> bool:
        return service.send_due(threading.Event())

    def fails(self, *, verb: str, answer: str) -> Mail:
        """Writes a letter and sends it to a server that answers this verb so. Returns its row."""
        [row] = written()
        self.server.refuse(verb, answer)
        with self.assertLogs(service.log):
            self.assertTrue(self.send_due())
        row.refresh_from_db()
        return row


class ALetter(Sending):
    def test_arrives_with_all_its_words_and_is_erased_here(self) -> None:
        send_mail("Grüße", "Zwölf Boxkämpfer\n.\n", None, ["bob@example.org"], html_message="<p>Zwölf</p>")
        row = Mail.objects.get()
        self.assertTrue(self.send_due())
        [letter] = self.server.letters
        text, html = letter.get_body(("plain",)), letter.get_body(("html",))
        assert text is not None and html is not None
        self.assertEqual((letter["Subject"], letter["To"]), ("Grüße", "bob@example.org"))
        self.assertEqual(text.get_content().replace("\r", "").rstrip(), "Zwölf Boxkämpfer\n.")
        self.assertEqual(html.get_content().strip(), "<p>Zwölf</p>")
        self.assertEqual(letter["Message-ID"], f"<{row.reference}@{settings.DEFAULT_FROM_EMAIL.partition('@')[2]}>")
        row.refresh_from_db()
        self.assertIsNotNone(row.sent_at)
        self.assertEqual((row.text, row.html, row.headers, row.lease_until), ("", "", {}, None))
        self.assertFalse(self.send_due())

    def test_shares_its_connection_with_those_that_wait_beside_it(self) -> None:
        written(service.MOST_PER_CONNECTION + 1)
        self.assertTrue(self.send_due())
        self.assertEqual((len(self.server.letters), self.server.connections), (service.MOST_PER_CONNECTION, 1))
        self.assertTrue(self.send_due())
        self.assertEqual((len(self.server.letters), self.server.connections), (service.MOST_PER_CONNECTION + 1, 2))

    def test_follows_another_at_the_pace_that_servers_allow(self) -> None:
        written(5)
        began = time.monotonic()
        with mock.patch.object(service, "MOST_PER_SECOND", 20.0):
            self.send_due()
        self.assertGreaterEqual(time.monotonic() - began, 4 / 20)

    def test_is_not_begun_once_the_process_is_to_end(self) -> None:
        written()
        stopped = threading.Event()
        stopped.set()
        service.send_due(stopped)
        self.assertEqual((self.server.letters, Mail.objects.get().attempts), ([], 0))

    def test_is_leased_for_longer_than_sending_it_may_take(self) -> None:
        self.assertGreater(service.MAILS.lease_s, SEND_S + 1)


class ARefusal(Sending):
    def test_for_ever_is_believed_at_once(self) -> None:
        for verb in ("RCPT", "DATA", "."):
            with self.subTest(verb):
                row = self.fails(verb=verb, answer="550 there is no bob@example.org")
                self.assertIsNotNone(row.dead_at)
                self.assertEqual((row.last_error, row.attempts), ("550 there is no …", 1))
        self.assertEqual(self.server.letters, [])
        self.assertFalse(given_up().is_well)

    def test_for_now_is_tried_again_later(self) -> None:
        for verb in ("RCPT", "DATA", "."):
            with self.subTest(verb):
                row = self.fails(verb=verb, answer="451 try later")
                self.assertEqual((row.dead_at, row.last_error), (None, "451 try later"))
                self.assertFalse(self.send_due())
                later(minutes=1)
                self.server.behave()
                self.assertTrue(self.send_due())
                self.assertIsNotNone(Mail.objects.get(pk=row.pk).sent_at)
        self.assertEqual(len(self.server.letters), 3)

    def test_of_our_own_address_or_password_is_no_letter_s_fault(self) -> None:
        self.assertIsNone(self.fails(verb="MAIL", answer="550 you may not write as that").dead_at)

    def test_does_not_stop_the_letters_behind_it(self) -> None:
        self.fails(verb="RCPT", answer="550 no")
        written(2)
        self.server.behave()
        self.send_due()
        self.assertEqual(len(self.server.letters), 2)

    def test_an_address_that_cannot_be_written_is_given_up(self) -> None:
        EmailMessage("Hello", "text", to=["bob@example.org"]).send()
        Mail.objects.update(address="bob@example.org\nBcc: all@example.org")  # as no code of ours writes it
        with self.assertLogs(service.log):
            self.send_due()
        self.assertIsNotNone(Mail.objects.get().dead_at)


class ABadServer(Sending):
    def test_that_hangs_up_or_hangs_costs_one_attempt_and_no_more_than_the_deadline(self) -> None:
        for answer in (HANG_UP, HANG):
            for verb in ("MAIL", "RCPT", "DATA"):
                with self.subTest(f"{answer} {verb}"):
                    began = time.monotonic()
                    row = self.fails(verb=verb, answer=answer)
                    self.assertLess(time.monotonic() - began, 5)
                    self.assertEqual((row.sent_at, row.dead_at, row.attempts), (None, None, 1))
                    later(minutes=1)
                    self.server.behave()
                    self.send_due()
                    self.assertIsNotNone(Mail.objects.get(pk=row.pk).sent_at)

    def test_that_took_the_letter_and_hangs_up_gets_it_twice_under_one_id(self) -> None:
        row = self.fails(verb=".", answer=HANG_UP)
        self.assertIsNone(row.sent_at)
        later(minutes=1)
        self.server.behave()
        self.send_due()
        self.assertEqual(len(self.server.letters), 2)
        self.assertEqual(len(set(self.server.ids())), 1)

    def test_that_sends_a_byte_now_and_then_does_not_hold_us_longer(self) -> None:
        """A time-out of the socket alone would begin anew with each byte."""
        written()
        drip = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(drip.close)

        def serve() -> None:
            client, _ = drip.accept()
            with client:
                client.sendall(b"220 ready\r\n")
                client.recv(1000)
                client.sendall(b"250 ok\r\n")
                client.recv(1000)
                try:
                    while True:
                        client.sendall(b"2")
                        time.sleep(0.1)
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        began = time.monotonic()
        with override_settings(EMAIL_PORT=drip.getsockname()[1]), self.assertLogs(service.log):
            self.send_due()
        self.assertLess(time.monotonic() - began, 5)
        self.assertEqual(Mail.objects.get().attempts, 1)

    def test_that_is_away_or_lets_nobody_in_uses_up_no_attempt(self) -> None:
        written(2)
        for answer in (HANG_UP, HANG, "554 go away"):
            with self.subTest(answer):
                self.server.refuse("", answer)
                with self.assertRaises(transport.Unreachable):
                    self.send_due()
        self.server.end()
        with self.assertRaises(transport.Unreachable):
            self.send_due()
        self.assertEqual({row.attempts for row in Mail.objects.all()}, {0})
        self.assertIn("refused", Mail.objects.order_by("due_at")[0].last_error)
        with MailServer(self.server.port) as back:
            self.send_due()
            self.assertEqual(len(back.letters), 2)


class AnOldLetter(Sending):
    def test_is_not_sent_when_its_links_no_longer_work(self) -> None:
        written()
        later(days=3, minutes=5)
        self.send_due()
        self.assertEqual((self.server.letters, Mail.objects.get().last_error), ([], "too old to be sent"))

    def test_is_erased_unless_somebody_sends_it_and_cannot_be_tried_again(self) -> None:
        written(2)
        later(days=3, minutes=5)
        [leased] = service.MAILS.claim()
        [old] = Mail.objects.exclude(pk=leased.pk)
        written()
        self.assertEqual(erase_old_letters(), 1)
        self.assertEqual(erase_old_letters(), 0)
        old.refresh_from_db()
        self.assertEqual((old.text, old.html, old.headers), ("", "", {}))
        self.assertIsNotNone(old.dead_at)
        self.assertEqual(service.try_again(old.reference), 0)

    def test_is_deleted_after_a_month_once_it_has_ended(self) -> None:
        written()
        self.send_due()
        written()  # it waits, and stays
        later(days=29)
        self.assertEqual(delete_old_letters(), 0)
        later(days=2)
        self.assertEqual(delete_old_letters(), 1)
        self.assertEqual(Mail.objects.get().sent_at, None)


class TheHealth(Sending):
    def test_is_well_while_nothing_waits_for_long(self) -> None:
        self.assertTrue(waiting().is_well)
        written()
        later(minutes=4)
        self.assertTrue(waiting().is_well)
        later(minutes=2)
        self.assertFalse(waiting().is_well)
        self.assertAlmostEqual(waiting().number or 0, 360, delta=30)
        self.send_due()
        self.assertTrue(waiting().is_well)

    def test_counts_a_letter_that_failed_from_its_beginning(self) -> None:
        """Its next attempt is in the future, and it waits all the same."""
        self.fails(verb="RCPT", answer="451 later")
        Mail.objects.update(due_at=Now())
        later(minutes=6)
        self.server.refuse("RCPT", "451 later")
        with self.assertLogs(service.log):
            self.send_due()
        self.assertGreater(Mail.objects.get().due_at, Mail.objects.get().created_at)
        self.assertFalse(waiting().is_well)

    def test_is_restored_by_the_next_letter_that_arrives(self) -> None:
        self.fails(verb="RCPT", answer="550 no")
        self.assertEqual((given_up().is_well, given_up().number), (False, 1))
        self.server.behave()
        written()
        self.send_due()
        self.assertTrue(given_up().is_well)
