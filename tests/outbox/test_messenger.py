"""Messenger processes: killed, two at once, with a server that is away. No letter is lost."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.db import connection
from django.test import override_settings
from django.urls import reverse

from accounts.models import User
from events.models import Mail, Notification
from events.notices import tell
from payments.transfers.kinds import RECEIVED
from runtime.services import PROJECT, manage
from tests.base import MoneyTestCase
from tests.cast import gbp, person
from tests.concurrency.test_mass_payments import environment_of_workers
from tests.payments.test_signing_up import ZOE
from tests.runtime.test_supervisor import eventually

from .mail_server import HANG, HANG_UP, MailServer
from .test_attempts import written
from .test_mails import QUEUE

# Loads the site once and forks a messenger whenever there is none, as the supervisor does, but without its pauses.
# Leases and pauses are short, so that what a killed one held is sent within this test.
FORKS_MESSENGERS = """
import os, signal, django
django.setup()
from dataclasses import replace
from django.core.management import call_command
from outbox.mail import service
from runtime.supervisor import die_with_parent
import outbox.management.commands.messenger
service.MAILS = replace(service.MAILS, lease_s=1.0, waits_s=[0.2] * 30)
service.MOST_PER_SECOND = 1000.0
parent = os.getpid()
while True:
    if (child := os.fork()) == 0:
        die_with_parent(parent)()
        call_command("messenger")
        os._exit(0)
    print(child, flush=True)
    os.waitpid(child, 0)
"""
KILLS = 30
WITHIN_S = 60.0


def cut_sessions_of_messengers() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'messenger' AND datname = current_database()"
        )


@QUEUE
class Messengers(MoneyTestCase):
    def setUp(self) -> None:
        self.server = self.enterContext(MailServer())

    def start(self, *command: str) -> subprocess.Popen[str]:
        environment: dict[str, Any] = environment_of_workers() | {
            "EMAIL_URL": f"smtp://127.0.0.1:{self.server.port}",
            "PYTHONPATH": str(PROJECT),
            "PGAPPNAME": "messenger",
            "LOG_LEVEL": "CRITICAL",
        }
        process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def eventually(self, holds: Callable[[], object]) -> None:
        self.assertTrue(eventually(holds, WITHIN_S), list(Mail.objects.values_list("attempts", "last_error")))

    def none_is_open(self) -> bool:
        return not Mail.objects.filter(sent_at=None, dead_at=None).exists()


class KilledMessengers(Messengers):
    def test_lose_no_letter_and_send_one_twice_under_the_same_id_only(self) -> None:
        """SIGKILL at any moment: before the server has the letter, after it has it, and before that is stored."""
        chance = random.Random(7)
        expected = {f"<{letter.reference}@localhost>" for letter in written(150)}
        self.server.slow_down(0.003)
        parent = self.start(sys.executable, "-c", FORKS_MESSENGERS)
        assert parent.stdout is not None
        for _ in range(KILLS):
            messenger = int(parent.stdout.readline())
            seen = len(self.server.letters) + chance.randrange(5)
            eventually(lambda seen=seen: len(self.server.letters) >= seen or self.none_is_open(), 5)  # type: ignore[misc]
            time.sleep(chance.uniform(0, 0.005))  # so that it is hit at another moment each time
            if chance.random() < 0.3:
                cut_sessions_of_messengers()  # and it goes on, on a new one, until it is killed
                seen = len(self.server.letters)
                eventually(lambda seen=seen: len(self.server.letters) > seen or self.none_is_open(), 5)  # type: ignore[misc]
            with contextlib.suppress(ProcessLookupError):
                os.kill(messenger, signal.SIGKILL)
        self.eventually(self.none_is_open)
        self.assertEqual(set(self.server.ids()), expected)
        self.assertEqual(Mail.objects.filter(dead_at=None).exclude(sent_at=None).count(), 150)
        self.assertLessEqual(len(self.server.ids()), 150 + KILLS)

    def test_that_are_asked_to_end_finish_their_letter(self) -> None:
        written(5)
        self.server.slow_down(0.3)
        messenger = self.start(*manage("messenger"))
        self.eventually(lambda: Mail.objects.filter(lease_until__isnull=False).exists())
        messenger.terminate()
        self.assertEqual(messenger.wait(10), 0)
        self.assertFalse(Mail.objects.filter(lease_until__isnull=False).exists())
        self.assertEqual(Mail.objects.exclude(sent_at=None).count(), len(self.server.letters))
        self.assertIn(len(self.server.letters), (1, 2))


class TwoMessengers(Messengers):
    def test_write_and_send_the_letter_of_each_notification_once(self) -> None:
        people = list(User.objects.exclude(email=""))
        for payee in people:
            for _ in range(3):
                tell(payee.pk, RECEIVED, actor=None, amount=gbp("1"), subject=uuid4())
        for _ in range(2):
            self.start(*manage("messenger"))
        expected = sorted(payee.email for payee in people for _ in range(3))
        self.eventually(lambda: len(self.server.letters) >= len(expected) and self.none_is_open())
        self.assertEqual(sorted(str(letter["To"]) for letter in self.server.letters), expected)
        self.assertEqual(
            {letter["List-Unsubscribe-Post"] for letter in self.server.letters}, {"List-Unsubscribe=One-Click"}
        )
        self.assertFalse(Notification.objects.exclude(mail_due_at=None).exists())

    def test_send_each_letter_once(self) -> None:
        self.server.slow_down(0.01)
        for _ in range(2):
            self.start(sys.executable, "-c", FORKS_MESSENGERS)
        for _ in range(20):  # one could be done with all of them before the other has started
            written(20)
            self.eventually(self.none_is_open)
            if self.server.most_at_once == 2:
                break
        self.assertEqual(self.server.most_at_once, 2)
        self.assertEqual(len(self.server.ids()), len(set(self.server.ids())))
        self.assertEqual(len(self.server.ids()), Mail.objects.count())


class AServerThatIsAway(Messengers):
    @override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
    def test_fails_no_page_and_gets_the_letters_when_it_is_back(self) -> None:
        for trouble in (HANG, HANG_UP):
            self.server.refuse("", trouble)
            self.start(*manage("messenger"))
        began = time.monotonic()
        signed_up = self.client.post(reverse("account_signup"), ZOE)
        self.assertContains(signed_up, 'id="pin"')
        asked = self.client.post(reverse("account_reset_password"), {"email": person("alice").email})
        self.assertRedirects(asked, reverse("account_reset_password_done"))
        self.assertLess(time.monotonic() - began, 5)
        self.eventually(lambda: Mail.objects.exclude(last_error="").exists())
        self.assertEqual(self.server.letters, [])
        self.server.behave()
        self.eventually(self.none_is_open)
        self.assertEqual({letter["To"] for letter in self.server.letters}, {"zoe@example.org", "alice@example.org"})
        self.assertEqual({mail.attempts for mail in Mail.objects.all()}, {1})
