"""The member's pages: what works, what is refused, other people's things, signed out, wrong method."""

from __future__ import annotations

from importlib import reload
from uuid import uuid4

from django.test import override_settings
from django.urls import reverse

from conversion.money import Money
from ledger.models import Transfer
from payments.models import PaymentRequest, Quote, TopUp
from payments.reversals import refunds
from payments.top_ups import next_steps
from payments.top_ups.errors import TopUpsAreOff
from payments.top_ups.service import top_up_on_trust
from tests.base import Answer, MoneyTestCase, found
from tests.cast import PIN, balance, person, quoted, sent
from tests.conversion.serving import serving

PAGES = (
    "home",
    "payments:send",
    "payments:requests",
    "payments:new_request",
    "payments:history",
    "payments:holds",
    "payments:new_hold",
    "payments:top_up",
    "payments:notifications",
    "security",
    "profile",
    "new_pin",
)


class Pages(MoneyTestCase):
    def setUp(self) -> None:
        self.alice, self.bob, self.carla = person("alice"), person("bob"), person("carla")
        self.client.force_login(self.alice)

    def send(self, **typed: str) -> Answer:
        form = {"recipient": "bob", "amount": "30", "note": "", "key": str(uuid4())} | typed
        return self.client.post(reverse("payments:send"), form)

    def assert_refused_saying(self, answer: Answer, text: str, status: int = 200) -> None:
        self.assertContains(answer, text, status_code=status)
        self.assertFalse(Transfer.objects.exclude(kind="grant").exists())


class EveryPage(Pages):
    def test_shows_itself_to_a_member(self) -> None:
        sent(self.alice, self.bob, "30", note="pizza")
        for name in PAGES:
            with self.subTest(name):
                self.assertEqual(self.client.get(reverse(name)).status_code, 200)

    def test_sends_strangers_to_sign_in_and_back(self) -> None:
        self.client.logout()
        for name in PAGES[1:]:
            with self.subTest(name):
                self.assertRedirects(
                    self.client.get(reverse(name)),
                    f"{reverse('account_login')}?next={reverse(name)}",
                    fetch_redirect_response=False,
                )

    def test_asks_no_more_of_the_database_than_it_should(self) -> None:
        for number in range(12):
            sent(self.alice, self.bob, "1", note=f"{number}")
        for name, number in (("home", 17), ("payments:history", 8)):  # one of home's is for tests.plugged_in
            self.client.get(reverse(name))  # prepares the statements once for this connection
            with self.subTest(name), self.assertNumQueries(number):
                self.client.get(reverse(name))


class SendingByHand(Pages):
    def test_continue_review_pin_receipt(self) -> None:
        answer = self.send(amount="24,70", note="pizza", recipient="BOB")
        review = self.client.get(answer["Location"])
        self.assertContains(review, "Bob Baker")
        self.assertContains(review, '£975<span class="money__minor">.30', msg_prefix="the balance afterwards")
        receipt = self.client.post(answer["Location"], {"pin": PIN}, follow=True)
        self.assertContains(receipt, "pizza")
        self.assertEqual(balance(self.bob), Money.of("1024.70", "GBP"))

    def test_across_currencies_shows_both_and_the_rate(self) -> None:
        review = self.client.get(self.send(recipient="carla")["Location"])
        self.assertContains(review, "1 GBP = 1.17 EUR")
        self.assertContains(review, "€35")

    def test_what_cannot_be_sent_is_refused_and_stays_as_typed(self) -> None:
        for typed, text, status in (
            ({"recipient": "nobody"}, "User does not exist.", 200),
            ({"recipient": "alice"}, "You cannot transfer money to yourself.", 422),
            ({"amount": "0"}, "must be more than zero", 200),
            ({"amount": "-5"}, "must be more than zero", 200),
            ({"amount": "0.001"}, "at most 2 decimals", 200),
            ({"amount": "1" + "0" * 30}, "too large", 200),
            ({"amount": "1e2"}, "in digits", 200),
            ({"amount": "１０"}, "in digits", 200),
            ({"amount": "1,234"}, "two ways", 200),
            ({"amount": "1000.01"}, "£0.01 short", 422),
            ({"note": "a\0b"}, "Null characters", 200),
        ):
            with self.subTest(typed):
                answer = self.send(**typed)
                self.assert_refused_saying(answer, text, status)
                for name, value in typed.items():
                    self.assertEqual(answer.context["form"][name].value(), value)
        self.assertContains(self.send(amount="1000.01"), reverse("payments:top_up"), status_code=422)

    def test_the_pin_is_needed(self) -> None:
        url = self.send()["Location"]
        self.assert_refused_saying(self.client.post(url, {"pin": ""}), "6-digit PIN", 422)
        self.assert_refused_saying(self.client.post(url, {"pin": "000000"}), "4 tries left", 403)

    def test_sent_twice_it_moves_once(self) -> None:
        url = self.send()["Location"]
        first, second = (self.client.post(url, {"pin": PIN}) for _ in range(2))
        self.assertEqual(first["Location"], second["Location"])
        self.assertEqual(balance(self.bob), Money.of("1030.00", "GBP"))

    def test_what_the_ledger_declines_comes_back_as_it_was_typed(self) -> None:
        url = self.send(amount="900", note="rent")["Location"]
        sent(self.alice, self.bob, "500")
        answer = self.client.post(url, {"pin": PIN}, follow=True)
        self.assertContains(answer, "not enough money")
        form = answer.context["form"]
        self.assertEqual([form[name].value() for name in ("recipient", "amount", "note")], ["bob", "900.00", "rent"])

    def test_two_tabs_with_one_form_lead_to_one_quote(self) -> None:
        key = str(uuid4())
        self.assertEqual(self.send(key=key)["Location"], self.send(key=key)["Location"])
        other = self.send(key=key, amount="31")
        self.assertContains(other, "already sent with another amount", status_code=422)
        again = self.send(key=other.context["form"]["key"].value(), amount="31")
        self.assertContains(self.client.get(again["Location"]), "£31")

    def test_a_stale_quote_is_offered_anew(self) -> None:
        quote = quoted(self.alice, self.bob, "30")
        Quote.objects.update(expires_at=quote.created_at)
        answer = self.client.post(reverse("payments:review", args=[quote.reference]), {"pin": PIN}, follow=True)
        self.assertContains(answer, "This quote has expired")
        self.assertNotEqual(answer.redirect_chain[0][0], reverse("payments:review", args=[quote.reference]))
        self.assertEqual(balance(self.bob), Money.of("1000.00", "GBP"))

    def test_a_service_that_is_down_is_said_and_the_form_stays(self) -> None:
        with override_settings(CONVERSION_URL="http://127.0.0.1:1"):
            answer = self.send(recipient="carla")
        self.assert_refused_saying(answer, "conversion service is not answering", 503)
        url = self.send()["Location"]
        with override_settings(TIMESTAMP_SERVERS=["127.0.0.1:1"]):
            self.assert_refused_saying(self.client.post(url, {"pin": PIN}), "timestamp service is not answering", 503)
            self.assertContains(self.client.get("/"), "not answering: transfers may have to wait")
        self.client.post(url, {"pin": PIN})
        self.assertEqual(balance(self.bob), Money.of("1030.00", "GBP"))

    def test_a_rate_that_is_too_old_is_said_and_the_form_stays(self) -> None:
        with serving(), override_settings(RATES_SOURCE="staff"):
            self.assert_refused_saying(self.send(recipient="carla"), "exchange rate of this currency is too old", 503)
            self.assertEqual(self.send(recipient="bob").status_code, 302)

    def test_nothing_moves_by_get(self) -> None:
        url = self.send()["Location"]
        self.client.get(url, {"pin": PIN})
        self.assertEqual(balance(self.bob), Money.of("1000.00", "GBP"))
        for name in ("payments:undo", "payments:pay_request", "payments:decline_request", "payments:cancel_request"):
            self.assertEqual(self.client.get(reverse(name, args=[uuid4()])).status_code, 405)


class NotYours(Pages):
    def test_is_404_whoever_asks(self) -> None:
        transfer = sent(self.alice, self.bob, "30")
        quote = quoted(self.alice, self.bob, "30")
        self.client.force_login(self.carla)
        for url in (
            reverse("payments:receipt", args=[transfer.reference]),
            reverse("payments:review", args=[quote.reference]),
            reverse("payments:receipt", args=[uuid4()]),
        ):
            answer = self.client.get(url)
            self.assertEqual(answer.status_code, 404)
            self.assertTemplateUsed(answer, "404.html")
        self.assertEqual(
            self.client.post(reverse("payments:undo", args=[transfer.reference]), {"key": uuid4()}).status_code, 404
        )
        self.client.post(reverse("payments:review", args=[quote.reference]), {"pin": PIN})
        self.assertEqual(balance(self.bob), Money.of("1030.00", "GBP"))

    def test_a_request_is_paid_by_its_payer_and_cancelled_by_its_maker_alone(self) -> None:
        asked = self._asked()
        for name, who in (("pay_request", self.alice), ("decline_request", self.alice), ("cancel_request", self.bob)):
            self.client.force_login(who)
            self.assertEqual(self.client.post(reverse(f"payments:{name}", args=[asked.reference])).status_code, 404)
        asked.refresh_from_db()
        self.assertTrue(asked.is_open)

    def _asked(self) -> PaymentRequest:
        self.client.post(reverse("payments:new_request"), {"payer": "bob", "amount": "20", "note": "", "key": uuid4()})
        return PaymentRequest.objects.get()


class RequestsByHand(Pages):
    def ask(self) -> PaymentRequest:
        answer = self.client.post(
            reverse("payments:new_request"),
            {"payer": "bob", "amount": "20", "note": "tickets", "key": uuid4()},
            follow=True,
        )
        self.assertContains(answer, "You asked Bob Baker for £20.00.")
        return PaymentRequest.objects.get()

    def test_pay(self) -> None:
        asked = self.ask()
        self.client.force_login(self.bob)
        self.assertContains(self.client.get("/"), "tickets")
        review = self.client.post(reverse("payments:pay_request", args=[asked.reference]))["Location"]
        self.client.post(review, {"pin": PIN})
        self.assertEqual(balance(self.alice), Money.of("1020.00", "GBP"))

    def test_decline_needs_no_pin(self) -> None:
        asked = self.ask()
        self.client.force_login(self.bob)
        self.client.post(reverse("payments:decline_request", args=[asked.reference]))
        asked.refresh_from_db()
        self.assertEqual(asked.status, "declined")

    def test_not_from_oneself(self) -> None:
        answer = self.client.post(reverse("payments:new_request"), {"payer": "alice", "amount": "20", "key": uuid4()})
        self.assertContains(answer, "You cannot send a payment request to yourself.", status_code=422)


class TopUpAndUndoByHand(Pages):
    def test_top_up_says_what_is_left(self) -> None:
        self.assertContains(self.client.get(reverse("payments:top_up")), "£100.00 more on trust")
        self.client.post(reverse("payments:top_up"), {"amount": "60", "key": uuid4()})
        answer = self.client.post(reverse("payments:top_up"), {"amount": "60", "key": uuid4()})
        self.assertContains(answer, "£40.00 is left today", status_code=422)
        self.assertEqual(TopUp.objects.get().verified, False)

    @override_settings(TOP_UP_DAILY_CAP="0")
    def test_without_top_ups_on_trust_there_is_no_page_and_no_link(self) -> None:
        page = reverse("payments:top_up")
        self.assertNotContains(self.client.get("/"), page)
        self.assertEqual(self.client.get(page).status_code, 404)
        answer = self.client.post(page, {"amount": "60", "key": uuid4()})
        self.assertContains(answer, "Nobody can top up on trust here.", status_code=403)
        with self.assertRaises(TopUpsAreOff):
            top_up_on_trust(member=self.alice, amount=Money.of("1", "GBP"), key=uuid4())
        self.assertEqual(TopUp.objects.count(), 0)

    def test_without_top_ups_on_trust_no_refusal_leads_to_them(self) -> None:
        self.addCleanup(reload, next_steps)
        self.assertIn("payments:top_up", str(next_steps.NEXT_STEPS))
        with override_settings(TOP_UP_DAILY_CAP="0"):
            self.assertEqual(reload(next_steps).NEXT_STEPS, {})

    def test_undo_from_the_receipt(self) -> None:
        transfer = sent(self.alice, self.bob, "30")
        receipt = self.client.get(reverse("payments:receipt", args=[transfer.reference])).content.decode()
        key = found(r'name="key" value="([^"]+)"', receipt)
        self.client.post(reverse("payments:undo", args=[transfer.reference]), {"key": key})
        self.assertEqual(balance(self.alice), Money.of("1000.00", "GBP"))
        self.assertContains(self.client.get(reverse("payments:history")), "undone")

    def test_what_was_refunded_in_part_is_not_offered_to_be_undone(self) -> None:
        transfer = sent(self.alice, self.bob, "10")
        self.client.force_login(self.alice)
        history = reverse("payments:history")
        undo = reverse("payments:undo", args=[transfer.reference])
        self.assertContains(self.client.get(history), undo)
        refunds.refund(payee=self.bob, transfer=transfer, amount=Money.of("1", "GBP"), key=uuid4(), pin=None)
        self.assertNotContains(self.client.get(history), undo)
        self.assertContains(self.client.get(history), "refunded")


class TheHistory(Pages):
    def test_goes_on_where_the_page_ended(self) -> None:
        for number in range(25):
            sent(self.alice, self.bob, "1", note=f"number {number}")
        first = self.client.get(reverse("payments:history"))
        self.assertEqual([entry.note for entry, _ in first.context["rows"]], [f"number {n}" for n in range(24, 4, -1)])
        second = self.client.get(reverse("payments:history"), {"before": first.context["older"]})
        self.assertEqual(len(second.context["rows"]), 6)
        self.assertIsNone(second.context["older"])

    def test_nonsense_in_the_address_is_404(self) -> None:
        for before in ("abc", "-1", "9" * 30, "١"):
            self.assertEqual(self.client.get(reverse("payments:history"), {"before": before}).status_code, 404)
