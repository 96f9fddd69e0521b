"""Choosing one's letters, on the page and by the link in a letter."""

from __future__ import annotations

import re

from django.test import Client, TestCase
from django.urls import reverse

from accounts.models import User
from accounts.people.kinds import FROZEN
from events.kinds import SECURITY, known_kinds, known_topics
from events.letters import address_of
from events.models import Notification
from events.notices import tell
from outbox.models import Bouncing, Preference
from outbox.preferences.models import Choice
from outbox.preferences.queries import choices_of, stop_link
from outbox.preferences.service import choose
from tests.cast import person

from .mail_server import MailServer
from .test_letters import Letters, received, write
from .test_sending import Sending


class ThePage(TestCase):
    def setUp(self) -> None:
        self.alice = person("alice")
        self.client.force_login(self.alice)
        self.page = reverse("outbox:preferences")

    def test_has_a_choice_for_each_topic_and_says_what_is_always_sent(self) -> None:
        page = self.client.get(self.page)
        for topic in known_topics.values():
            assert_it = self.assertNotContains if topic.roles else self.assertContains
            assert_it(page, f'<select name="{topic.code}"')
        self.client.force_login(person("tess"))
        self.assertContains(self.client.get(self.page), '<select name="mass_payments"')
        for kind in known_kinds.values():
            (self.assertContains if kind.mail == SECURITY else self.assertNotContains)(page, f"<li>{kind.label}</li>")

    def test_stores_the_choices_and_shows_them(self) -> None:
        typed = choices_of(self.alice) | {"received": "never", "refunds": "daily"}
        self.assertContains(self.client.post(self.page, typed, follow=True), "Your choices were saved.")
        rows = Preference.objects.filter(user=self.alice).values_list("topic", "choice")
        self.assertEqual(sorted(rows), [("received", "never"), ("refunds", "daily")])
        page = self.client.get(self.page).content.decode()
        chosen = dict(re.findall(r'<select name="(\w+)".*?<option value="(\w+)" selected', page, re.S))
        self.assertEqual(chosen, {code: each for code, each in choices_of(self.alice).items() if code in chosen})
        self.assertEqual(chosen["received"], "never")
        self.assertFalse(Preference.objects.filter(user=person("bob")).exists())

    def test_takes_no_other_choice_and_none_about_security(self) -> None:
        self.client.post(self.page, choices_of(self.alice) | {"received": "sometimes"})
        self.client.post(self.page, choices_of(self.alice) | {"account_frozen": "never"})
        self.assertFalse(Preference.objects.exists())

    def test_says_that_the_address_refuses_letters_until_its_owner_says_otherwise(self) -> None:
        Bouncing.objects.create(user=self.alice, address=self.alice.email)
        self.assertContains(self.client.get(self.page), "refuses letters")
        self.client.post(reverse("outbox:address_works"))
        self.assertNotContains(self.client.get(self.page), "refuses letters")

    def test_of_who_has_no_address_says_so(self) -> None:
        User.objects.filter(pk=self.alice.pk).update(email="")
        self.assertContains(self.client.get(self.page), "no confirmed address")


class TheLink(Letters):
    """A stranger to this site opens it: in a mailbox nobody is signed in."""

    def link(self) -> str:
        received(self.alice)
        [mail] = write()
        self.assertEqual(mail.headers["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        link = mail.headers["List-Unsubscribe"].strip("<>")
        self.assertIn(link, mail.text)
        self.assertIn(link, mail.html)
        self.assertTrue(link.startswith(address_of("home")))
        return "/" + link.removeprefix(address_of("home"))

    def test_changes_nothing_by_being_looked_at(self) -> None:
        link = self.link()
        for method in ("get", "head"):
            answer = getattr(self.client, method)(link)
            self.assertEqual(answer.status_code, 200)
        self.assertContains(self.client.get(link), "Money that you receive")
        self.assertContains(self.client.get(link), "a…@example.org")
        self.assertNotContains(self.client.get(link), "alice")
        self.assertFalse(Preference.objects.exists())

    def test_stops_its_topic_by_the_mailboxs_own_button(self) -> None:
        """RFC 8058: a POST without cookies or a token of a form, answered without a redirect."""
        client = Client(enforce_csrf_checks=True)
        answer = client.post(self.link(), {"List-Unsubscribe": "One-Click"})
        self.assertContains(answer, "Stopped")
        self.assertEqual(Preference.objects.get().choice, Choice.NEVER)
        received(self.alice)
        self.assertEqual(write(), [])

    def test_of_a_summary_stops_the_topics_in_it_alone(self) -> None:
        self.client.post(self.path(stop_link(self.alice.pk, ["received", "refunds"])))
        self.assertEqual(sorted(Preference.objects.values_list("topic", flat=True)), ["received", "refunds"])

    def test_works_again_and_also_for_who_chose_otherwise_since(self) -> None:
        link = self.link()
        self.client.post(link)
        choose(self.alice, {"received": Choice.AT_ONCE})
        self.client.post(link)
        self.assertEqual(choices_of(self.alice)["received"], Choice.NEVER)

    def test_that_was_changed_is_not_found(self) -> None:
        link = self.link()
        start, token = link[: link.rindex("/", 0, -1)], link.rstrip("/").rpartition("/")[2]
        for other in (token[:-1], token[1:], "nothing", token.replace(":", "."), self.forged(token)):
            self.assertEqual(self.client.post(f"{start}/{other}/").status_code, 404, other)
        unknown = self.path(stop_link(self.alice.pk, ["nothing"]))
        self.assertEqual(self.client.get(unknown).status_code, 404)
        self.assertFalse(Preference.objects.exists())

    def forged(self, token: str) -> str:
        """Another person's content with this signature."""
        others = stop_link(person("bob").pk, ["received"]).rstrip("/").rpartition("/")[2]
        return ":".join([others.split(":")[0], *token.split(":")[1:]])

    def path(self, link: str) -> str:
        return "/" + link.removeprefix(address_of("home"))


class AnAddress(Sending):
    """One that refuses letters for ever."""

    server: MailServer

    def refused(self, answer: str, *, verb: str = "RCPT") -> None:
        tell(person("alice").pk, FROZEN, actor=None)
        write()
        self.server.refuse(verb, answer)
        with self.assertLogs():
            self.send_due()
        self.server.behave()

    def notices(self) -> int:
        return Notification.objects.filter(user=person("alice"), kind="address_bounces").count()

    def test_is_noted_and_its_owner_is_told_once(self) -> None:
        for _ in range(2):
            self.refused("550 5.1.1 no such mailbox")
        self.assertEqual((Bouncing.objects.get().address, self.notices()), ("alice@example.org", 1))
        received(person("alice"))
        self.assertEqual(write(), [])

    def test_is_not_noted_for_what_is_no_fault_of_it(self) -> None:
        for verb, answer in (
            ("RCPT", "451 4.2.1 later"),
            ("RCPT", "550 5.7.1 we do not like your server"),
            (".", "554 5.6.0 we do not like this letter"),
        ):
            self.refused(answer, verb=verb)
        self.assertFalse(Bouncing.objects.exists())

    def test_that_was_replaced_concerns_no_other(self) -> None:
        self.refused("550 no such mailbox")
        User.objects.filter(username="alice").update(email="alice@example.net")
        received(person("alice"))
        self.assertEqual([mail.address for mail in write()], ["alice@example.net"])

    def test_that_took_a_letter_is_well_again(self) -> None:
        self.refused("550 5.1.1 no such mailbox")
        tell(person("alice").pk, FROZEN, actor=None)
        write()
        self.send_due()
        self.assertFalse(Bouncing.objects.exists())
