"""The news that an open page asks for every few seconds: right, cheap, nobody else's, and without any effect."""

from __future__ import annotations

from uuid import uuid4

from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from outbox.live.queries import news_of
from payments.notifications.service import mark_all_read
from payments.reversals.service import undo
from tests.base import Answer, MoneyTestCase
from tests.cast import balance, merchant, person, placed, sent

LIVE = "/live/"


class TheNews(MoneyTestCase):
    def setUp(self) -> None:
        self.alice, self.bob = person("alice"), person("bob")
        self.client.force_login(self.bob)

    def ask(self, **asked: str) -> Answer:
        return self.client.get(LIVE, asked)

    def test_are_the_balance_as_pages_show_it_and_the_number_of_unread_notifications(self) -> None:
        sent(self.alice, self.bob, "12.50")
        news = self.ask().json()
        self.assertEqual(set(news), {"v", "balance", "unread"})
        self.assertContains(self.client.get("/"), f'id="balance" data-live="balance">{news["balance"]}</div>')
        self.assertIn("1,012", news["balance"])
        self.assertEqual(news["unread"], 1)

    def test_have_another_version_after_anything_that_they_tell(self) -> None:
        seen = [news_of(self.bob).version]

        def changed() -> bool:
            seen.append(news_of(self.bob).version)
            return seen[-1] not in seen[:-1]

        sent(self.alice, self.bob, "1")
        self.assertTrue(changed())
        mark_all_read(self.bob)
        self.assertTrue(changed())
        placed(self.bob, self.alice, "2")
        self.assertTrue(changed())
        transfer = sent(self.bob, self.alice, "1")
        self.assertTrue(changed())
        undo(maker=self.bob, transfer=transfer, key=uuid4())
        self.assertTrue(changed())
        sent(self.alice, person("carla"), "1")
        self.assertFalse(changed())

    def test_change_for_a_merchant_whose_money_is_not_settled_yet(self) -> None:
        shop = merchant()
        before = news_of(shop)
        sent(self.alice, shop, "3")
        after = news_of(shop)
        self.assertNotEqual(before.version, after.version)
        self.assertEqual(after.available, before.available)

    def test_are_not_sent_again_to_who_has_them(self) -> None:
        first = self.ask()
        version = first.json()["v"]
        self.assertEqual(first["ETag"], f'"{version}"')
        for again in (self.ask(v=version), self.client.get(LIVE, headers={"If-None-Match": f'"x", "{version}"'})):
            self.assertEqual((again.status_code, again.content, again["ETag"]), (304, b"", first["ETag"]))
        sent(self.alice, self.bob, "1")
        for again in (self.ask(v=version), self.client.get(LIVE, headers={"If-None-Match": f'"{version}"'})):
            self.assertEqual((again.status_code, again.json()["unread"]), (200, 1))

    def test_are_kept_by_nobody(self) -> None:
        version = self.ask().json()["v"]
        for answer in (self.ask(), self.ask(v=version)):
            for word in ("no-store", "private"):
                self.assertIn(word, answer["Cache-Control"])

    def test_are_for_people_who_are_signed_in(self) -> None:
        self.client.logout()
        answer = self.ask()
        self.assertRedirects(answer, f"{reverse('account_login')}?next={LIVE}", fetch_redirect_response=False)
        self.assertIn("no-store", answer["Cache-Control"])

    def test_of_a_person_without_a_wallet_have_no_balance(self) -> None:
        nobody = User.objects.create_user("nobody")
        self.client.force_login(nobody)
        self.assertIsNone(self.ask().json()["balance"])


class Asking(MoneyTestCase):
    def setUp(self) -> None:
        self.client.force_login(person("bob"))
        self.version = self.client.get(LIVE).json()["v"]  # prepares the statement once for this connection

    def test_costs_one_query_beside_those_that_find_the_person(self) -> None:
        with self.assertNumQueries(3):  # the session, its person, the news
            self.client.get(LIVE)
        with self.assertNumQueries(3):
            self.client.get(LIVE, {"v": self.version})

    def test_does_not_keep_a_session_alive(self) -> None:
        session = Session.objects.get()
        ends = session.expire_date
        answer = self.client.get(LIVE, {"v": self.version})
        self.assertNotIn("Set-Cookie", answer.headers)
        self.assertEqual(answer.cookies, {})
        session.refresh_from_db()
        self.assertEqual(session.expire_date, ends)
        Session.objects.update(expire_date=timezone.now())
        self.assertEqual(self.client.get(LIVE, {"v": self.version}).status_code, 302)
        self.assertEqual(balance(person("bob")), news_of(person("bob")).available)


class APage(MoneyTestCase):
    def test_names_the_version_that_it_shows(self) -> None:
        bob = person("bob")
        self.client.force_login(bob)
        sent(person("alice"), bob, "1")
        page = self.client.get("/")
        self.assertContains(page, f'data-url="{LIVE}" data-v="{news_of(bob).version}" defer></script>')
        self.assertContains(page, '<span class="count" ><span data-live="unread">1</span>')

    def test_of_a_stranger_asks_for_nothing(self) -> None:
        self.assertNotContains(self.client.get("/"), "<script")
