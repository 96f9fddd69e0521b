"""Nobody collects the names of the members by trying, and nobody is flooded with payment requests."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.urls import reverse

from events.models import Notification
from payments.models import PaymentRequest
from payments.requests.tries import BY, count_request
from tests.api.base import ApiTestCase
from tests.base import Answer
from tests.cast import person, sent
from web.models import Allowance


def later(seconds: float) -> None:
    """Time passes for every limit."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE web_allowance SET full_again_at = full_again_at - %s * interval '1 second'", [seconds])


class LookingUpPeople(ApiTestCase):
    """Alice looks thirty people up, and then one every two seconds, by page and by program together."""

    def setUp(self) -> None:
        super().setUp()
        self.browser = Client()
        self.browser.force_login(self.alice.user)

    def by_page(self, name: str, page: str = "payments:send") -> Answer:
        typed = {"recipient": name, "payer": name, "payee": name, "amount": "1", "purpose": "two_step", "key": uuid4()}
        return self.browser.post(reverse(page), typed)

    def use_up(self) -> None:
        for number in range(10):
            self.by_page(f"nobody{number}")
            self.by_page("carla", "payments:new_hold")  # somebody who is there counts as well
            self.assert_problem(self.send(f"nobody{number}"), 422, "user_unknown", field="payee")
        later(-60)  # so that none is given back while the test runs

    def test_is_limited_on_all_pages_and_in_json_alike(self) -> None:
        self.use_up()
        for page in ("payments:send", "payments:new_request", "payments:new_hold"):
            for name in ("nobody", "carla"):  # the answer does not tell which of them is a member
                answer = self.by_page(name, page)
                self.assertContains(answer, "You can try again at", status_code=429)
                self.assertContains(answer, f'value="{name}"', status_code=429)
        whole = {"amount": "1.00", "currency": "GBP"}
        for name in ("nobody", "carla"):
            for path, body in (
                ("transfers", whole | {"payee": name}),
                ("quotes", whole | {"payee": name}),
                ("holds", {"amount": "1.00", "payee": name, "purpose": "two_step"}),
                ("requests", whole | {"payer": name}),
            ):
                answer = self.alice.post(path, body)
                self.assert_problem(answer, 429, "too_many")
                self.assertGreater(int(answer.headers["Retry-After"]), 0)
        later(62)
        self.assertEqual(self.by_page("carla").status_code, 302)

    def test_is_each_persons_own(self) -> None:
        self.use_up()
        self.done(self.send("carla", caller=self.bob))

    def test_never_stops_payments_between_people_who_have_dealt(self) -> None:
        sent(self.alice.user, self.bob.user, "1")
        for asker, other in ((self.alice, "bob"), (self.bob, "Alice@example.org")):
            for _ in range(40):
                self.done(asker.post("quotes", {"payee": other, "amount": "1.00", "currency": "GBP"}))
        self.assertFalse(Allowance.objects.exists())  # nothing was written for it
        self.assert_problem(self.send("alice"), 422, "payee_is_payer", field="payee")

    def test_of_a_closed_account_tells_nothing(self) -> None:
        sent(self.alice.user, self.bob.user, "1")
        type(self.bob.user).objects.filter(pk=self.bob.user.pk).update(is_active=False)
        self.assert_problem(self.send("bob"), 422, "user_unknown", field="payee")
        self.assertTrue(Allowance.objects.exists())

    def test_by_a_cashier_is_not_limited(self) -> None:
        desk = Client()
        desk.force_login(person("cass"))
        for number in range(35):
            typed = {"member": f"nobody{number}", "amount": "1", "key": str(uuid4())}
            self.assertEqual(desk.post(reverse("staff:cash"), typed).status_code, 200)


class AskingForMoney(ApiTestCase):
    """Bob gets five requests of Alice, and then one in an hour."""

    def ask(self, payer: str = "bob") -> Any:
        return self.alice.post("requests", {"payer": payer, "amount": "1.00", "currency": "GBP"})

    def test_the_same_person_again_and_again_is_refused(self) -> None:
        sent(self.alice.user, self.bob.user, "1")
        for _ in range(5):
            self.done(self.ask())
        self.assert_problem(self.ask(), 429, "too_many")
        browser = Client()
        browser.force_login(self.alice.user)
        typed = {"payer": "bob", "amount": "1", "note": "please", "key": uuid4()}
        answer = browser.post(reverse("payments:new_request"), typed)
        self.assertContains(answer, "You can try again at", status_code=429)
        self.assertContains(answer, 'value="please"', status_code=429)
        self.assertEqual(PaymentRequest.objects.count(), 5)
        self.assertEqual(Notification.objects.filter(user=self.bob.user, kind="requested").count(), 5)
        self.done(self.ask("carla"))
        later(3600)
        self.done(self.ask())
        self.assert_problem(self.ask(), 429, "too_many")

    def test_one_request_sent_again_counts_once(self) -> None:
        browser, typed = Client(), {"payer": "bob", "amount": "1", "note": "", "key": uuid4()}
        browser.force_login(self.alice.user)
        for _ in range(8):
            self.assertEqual(browser.post(reverse("payments:new_request"), typed).status_code, 302)
        self.assertEqual(PaymentRequest.objects.count(), 1)

    def test_of_a_whole_club_is_possible_in_one_day(self) -> None:
        everybody = [type(self.bob.user)(pk=10_000 + number) for number in range(BY.at_once)]
        for payer in everybody:
            count_request(requester=self.alice.user, payer=payer, key=uuid4())
        self.assert_problem(self.ask(), 429, "too_many")
