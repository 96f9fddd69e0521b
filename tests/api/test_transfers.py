"""Sending, undoing and refunding by the JSON API."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import override_settings

from events.models import Notification
from payments.models import Quote

from .base import ApiTestCase, Caller


class Sending(ApiTestCase):
    def test_moves_the_money_and_needs_no_pin(self) -> None:
        sent = self.done(self.send(amount="12.34", key=uuid4()))
        self.assertEqual(sent["paid"], {"amount": "12.34", "currency": "GBP"})
        self.assertEqual((sent["payer"]["username"], sent["payee"]["username"]), ("alice", "bob"))
        self.assertEqual((self.balance(self.alice), self.balance(self.bob)), ("987.66", "1012.34"))
        read = self.done(self.bob.get(f"transfers/{sent['id']}"), 200)
        self.assertEqual(read, sent | {"reversed": False, "refunded": {"amount": "0.00", "currency": "GBP"}})
        self.assertEqual(Notification.objects.get(user=self.bob.user).kind, "received")

    def test_what_is_too_much_in_the_other_currency_is_not_to_be_tried_again(self) -> None:
        yuki = Caller("yuki")
        body = {"payee": "yuki", "amount": "9999999999999.00", "currency": "GBP"}
        for path, more in (("transfers", {}), ("holds", {"purpose": "two_step"})):
            with self.subTest(path):
                self.assert_problem(self.bob.post(path, body | more), 422, "amount_too_large", field="amount")
        asked = self.done(self.bob.post("requests", {"payer": "yuki", "amount": body["amount"], "currency": "GBP"}))
        self.assert_problem(yuki.post(f"requests/{asked['id']}/pay"), 422, "amount_too_large", field="amount")

    def test_across_currencies_what_was_quoted_arrives(self) -> None:
        body = {"payee": "carla", "amount": "10", "currency": "GBP", "note": "pizza"}
        quote = self.done(self.alice.post("quotes", body))
        self.assertEqual(self.done(self.alice.get(f"quotes/{quote['id']}"), 200), quote)
        sent = self.done(self.alice.post("transfers", {"quote": quote["id"]}))
        self.assertEqual((sent["paid"], sent["received"]), (quote["paid"], quote["received"]))
        self.assertEqual((sent["received"]["currency"], sent["note"]), ("EUR", "pizza"))

    def test_by_e_mail_address_whatever_the_case(self) -> None:
        self.assertEqual(self.done(self.send("BOB@example.org"))["payee"]["username"], "bob")

    def test_refuses_as_the_pages_do(self) -> None:
        self.assert_problem(self.send("alice"), 422, "payee_is_payer", field="payee")
        problem = self.assert_problem(self.send(amount="1000.01"), 422, "insufficient_funds", field="amount")
        self.assertEqual(problem["next"]["url"], f"{settings.SITE_ADDRESS}/payments/top-up/")
        too_little = self.send("alice", "1", caller=Caller("yuki"))
        self.assert_problem(too_little, 422, "amount_too_small", field="amount")

    def test_a_quote_says_early_that_there_is_not_enough(self) -> None:
        body = {"payee": "bob", "amount": "1000.01", "currency": "GBP"}
        problem = self.assert_problem(self.alice.post("quotes", body), 422, "insufficient_funds", field="amount")
        self.assertIn("£0.01", problem["detail"])

    def test_an_expired_quote_books_nothing(self) -> None:
        quote = self.done(self.alice.post("quotes", {"payee": "bob", "amount": "1", "currency": "GBP"}))["id"]
        Quote.objects.filter(reference=quote).update(expires_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        self.assert_problem(self.alice.post("transfers", {"quote": quote}), 422, "quote_expired")
        self.assertEqual(self.balance(self.alice), "1000.00")

    def test_anothers_quote_is_not_found(self) -> None:
        quote = self.done(self.alice.post("quotes", {"payee": "bob", "amount": "1", "currency": "GBP"}))["id"]
        self.assert_problem(self.bob.post("transfers", {"quote": quote}), 404, "not_found")

    def test_a_frozen_payee_gets_nothing(self) -> None:
        type(self.bob.user).objects.filter(pk=self.bob.user.pk).update(frozen=True)
        self.assert_problem(self.send(), 403, "account_frozen")

    def test_while_a_service_is_down_nothing_is_booked(self) -> None:
        with override_settings(TIMESTAMP_SERVERS=["127.0.0.1:1"]):
            self.assert_problem(self.send(), 503, "clock_down")
        with override_settings(CONVERSION_URL="http://127.0.0.1:1"):
            self.assert_problem(self.send("alice", caller=self.carla), 503, "conversion_down")
        self.assertEqual(self.balance(self.alice), "1000.00")

    def test_a_declined_one_is_its_makers_alone(self) -> None:
        self.send(amount="1000.01")
        declined = self.alice.user.transfers_made.get(outcome="insufficient_funds").reference
        self.assertEqual(self.done(self.alice.get(f"transfers/{declined}"), 200)["outcome"], "insufficient_funds")
        self.assert_problem(self.bob.get(f"transfers/{declined}"), 404, "not_found")

    def test_problems_are_told_in_english_whatever_the_caller_speaks(self) -> None:
        in_english = self.assert_problem(self.send("nobody"), 422, "user_unknown", field="payee")
        self.alice.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"
        problem = self.assert_problem(self.send("nobody"), 422, "user_unknown", field="payee")
        self.assertEqual((problem["title"], problem["detail"]), (in_english["title"], in_english["detail"]))


class Undoing(ApiTestCase):
    def test_brings_the_money_back_once(self) -> None:
        sent = self.done(self.send())
        undone = self.done(self.alice.post(f"transfers/{sent['id']}/reversal"))
        self.assertEqual((undone["kind"], undone["reverses"]), ("reversal", sent["id"]))
        self.assertEqual((undone["payer"], undone["payee"]), (sent["payee"], sent["payer"]))
        self.assertTrue(self.done(self.alice.get(f"transfers/{sent['id']}"), 200)["reversed"])
        self.assertEqual(self.balance(self.alice), "1000.00")
        self.assert_problem(self.alice.post(f"transfers/{sent['id']}/reversal"), 409, "already_undone")

    def test_is_for_who_made_it(self) -> None:
        sent = self.done(self.send())["id"]
        self.assert_problem(self.bob.post(f"transfers/{sent}/reversal"), 409, "cannot_undo")


class Refunding(ApiTestCase):
    def test_in_parts_never_more_than_was_paid(self) -> None:
        sent = self.done(self.send())["id"]
        path = f"transfers/{sent}/refunds"
        refund = self.done(self.bob.post(path, {"amount": "4.00", "currency": "GBP"}))
        self.assertEqual((refund["kind"], refund["refunds"], refund["paid"]["amount"]), ("refund", sent, "4.00"))
        self.assert_problem(self.bob.post(path, {"amount": "6.01"}), 422, "more_than_paid", field="amount")
        self.done(self.bob.post(path, {"amount": "6.00"}))
        self.assertEqual(self.balance(self.alice), "1000.00")
        now = self.done(self.alice.get(f"transfers/{sent}"), 200)
        self.assertEqual(now["refunded"], {"amount": "10.00", "currency": "GBP"})
        self.assert_problem(self.alice.post(f"transfers/{sent}/reversal"), 409, "cannot_undo")

    def test_in_the_currency_that_arrived(self) -> None:
        sent = self.done(self.send("carla"))
        path = f"transfers/{sent['id']}/refunds"
        wrong = self.carla.post(path, {"amount": "1.00", "currency": "GBP"})
        self.assert_problem(wrong, 422, "other_currency", field="currency")
        whole = self.done(self.carla.post(path, {"amount": sent["received"]["amount"], "currency": "EUR"}))
        self.assertEqual(whole["received"], sent["paid"])

    def test_is_for_who_was_paid(self) -> None:
        sent = self.done(self.send())["id"]
        self.assert_problem(self.alice.post(f"transfers/{sent}/refunds", {"amount": "1"}), 409, "cannot_refund")

    def test_somebody_without_a_wallet_finds_nothing(self) -> None:
        get_user_model().objects.create(username="newcomer", email="new@example.org", currency="GBP")
        newcomer = Caller("newcomer")
        for path in ("wallet", "wallet/entries", "wallet/balance"):
            self.assert_problem(newcomer.get(path), 404, "not_found")
        self.assert_problem(self.send(caller=newcomer), 404, "not_found")
