"""Staff's page of the outbox: administrators see whether mail leaves, never what is in it, and try again."""

from __future__ import annotations

from uuid import uuid4

from allauth.account.models import EmailAddress
from django.urls import reverse

from events.models import Mail
from outbox.mail import service
from tests.base import Answer
from tests.cast import person

from .test_attempts import later, written
from .test_sending import Sending

PAGE = reverse("staff:outbox")


class TheOutbox(Sending):
    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(person("admin"))

    def page(self) -> Answer:
        return self.client.get(PAGE)

    def test_is_empty_at_first(self) -> None:
        self.assertContains(self.page(), "No letter has an error.")
        self.assertContains(self.page(), "No letter was given up.")
        self.assertNotContains(self.page(), "Try everything again")

    def test_shows_errors_and_masked_addresses_and_nothing_of_the_contents(self) -> None:
        self.fails(verb="RCPT", answer="550 no bob@example.org here")
        self.fails(verb="RCPT", answer="451 later")
        Mail.objects.update(text="a secret")
        for said in ("b…@example.org", "550 no … here", "451 later", "Hello", "attempts: 1"):
            self.assertContains(self.page(), said)
        for hidden in ("bob@", "a secret"):
            self.assertNotContains(self.page(), hidden)

    def test_says_why_letters_wait_while_the_server_is_away(self) -> None:
        written()
        self.server.end()
        with self.assertRaises(service.transport.Unreachable):
            self.send_due()
        later(minutes=3)
        self.assertContains(self.page(), "refused")
        self.assertContains(self.page(), "The oldest for 3 minutes")

    def test_tries_again_what_was_not_sent(self) -> None:
        dead = self.fails(verb="RCPT", answer="550 relaying denied")
        waits = self.fails(verb="RCPT", answer="451 later")
        self.server.behave()
        self.assertRedirects(self.client.post(reverse("staff:try_letter_again", args=[dead.reference])), PAGE)
        self.send_due()
        self.assertEqual([letter["Message-ID"] for letter in self.server.letters], [f"<{dead.reference}@localhost>"])
        self.assertRedirects(self.client.post(reverse("staff:try_mail_again")), PAGE, fetch_redirect_response=False)
        self.assertContains(self.page(), "1 letter is tried again now.")
        self.send_due()
        self.assertEqual(len(self.server.letters), 2)
        self.assertIsNotNone(Mail.objects.get(pk=waits.pk).sent_at)

    def test_does_not_try_again_what_was_sent_or_is_being_sent_or_never_was(self) -> None:
        [sent] = written()
        self.send_due()
        [leased] = written()
        service.MAILS.claim()
        for reference in (sent.reference, leased.reference, uuid4()):
            answer = self.client.post(reverse("staff:try_letter_again", args=[reference]))
            self.assertEqual(answer.status_code, 404)
        self.assertFalse(self.send_due())

    def test_sends_a_test_letter_to_who_asks_for_it(self) -> None:
        self.assertRedirects(self.client.post(reverse("staff:test_letter")), PAGE)
        self.send_due()
        self.assertEqual([letter["To"] for letter in self.server.letters], [person("admin").email])

    def test_sends_none_to_who_has_no_address(self) -> None:
        EmailAddress.objects.filter(user=person("admin")).delete()
        self.assertContains(self.client.post(reverse("staff:test_letter"), follow=True), "no confirmed e-mail address")
        self.assertFalse(Mail.objects.exists())

    def test_acts_for_administrators_and_by_post_alone(self) -> None:
        actions = [reverse("staff:try_mail_again"), reverse("staff:test_letter")]
        actions.append(reverse("staff:try_letter_again", args=[uuid4()]))
        for action in actions:
            self.assertEqual(self.client.get(action).status_code, 405)
        for username in ("alice", "tess", "audrey", "cass"):
            self.client.force_login(person(username))
            for action in (PAGE, *actions):
                self.assertEqual(self.client.post(action).status_code, 403)
        self.assertFalse(Mail.objects.exists())
