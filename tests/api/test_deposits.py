"""A bank's program books deposits by the JSON API; nobody else can, whatever scopes their token has."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from payments.owners import wallet_of
from tests.cast import balance, gbp, person, sent
from tests.treasury.banks import a_bank
from treasury.deposits.payees import reference_of
from treasury.models import Deposit

from .base import ApiTestCase, Caller


class Deposits(ApiTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.bank = Caller(a_bank().user.username, scopes=("deposits:write",))

    def asked(self, **more: Any) -> dict[str, Any]:
        return {"to": "alice", "amount": "5.00", "currency": "GBP", "reference": "T1", "details": "May"} | more

    def test_are_booked_for_whomever_the_bank_names(self) -> None:
        wallet = wallet_of(person("alice"))
        named = ("alice", "alice@example.org", str(wallet.reference), reference_of(wallet))
        for number, to in enumerate(named):
            with self.subTest(to):
                body = self.done(self.bank.post("deposits", self.asked(to=to, reference=f"T{number}")))
                self.assertEqual((body["payee"]["username"], body["amount"]), ("alice", "5.00"))
        self.assertEqual(balance(person("alice")), gbp("1020"))

    def test_are_found_by_their_reference(self) -> None:
        self.bank.post("deposits", self.asked(reference="T0", value_date="2026-11-25"))
        body = self.done(self.bank.post("deposits", self.asked()))
        for asked, references in (({"reference": "T1"}, ["T1"]), ({"reference": "T2"}, []), ({}, ["T1", "T0"])):
            found = self.done(self.bank.get("deposits", **asked), 200)["deposits"]
            self.assertEqual([each["reference"] for each in found], references)
        self.assertEqual((found[0], found[1]["value_date"]), (body, "2026-11-25"))
        (first, after) = self.done(self.bank.get("deposits", limit=1), 200).values()
        self.assertEqual([first[0]["reference"], after], ["T1", first[0]["id"]])

    def test_with_the_same_reference_are_one_under_whichever_key(self) -> None:
        first, again = (self.done(self.bank.post("deposits", self.asked())) for _ in range(2))
        self.assertEqual(first, again)
        problem = self.assert_problem(
            self.bank.post("deposits", self.asked(amount="6.00")), 409, "reference_reused", field="amount"
        )
        self.assertIn("another amount", problem["detail"])
        self.assertEqual(Deposit.objects.count(), 1)

    def test_are_made_by_banks_alone_whatever_the_token_may(self) -> None:
        for caller in (self.alice, Caller("admin"), Caller("tess")):
            self.assertIn("deposits:write", caller.token.scopes)
            self.assert_problem(caller.post("deposits", self.asked(to="bob")), 403, "role_missing")
            self.assert_problem(caller.get("deposits"), 403, "role_missing")
        User.objects.filter(pk=self.bank.user.pk).update(role="member")
        self.assert_problem(self.bank.post("deposits", self.asked()), 403, "role_missing")

    def test_are_refused_with_a_code_that_says_why(self) -> None:
        User.objects.filter(username="bob").update(frozen=True)
        for change, status, code, field in (
            ({"to": "nobody"}, 422, "payee_unknown", "to"),
            ({"to": "RF00W000001"}, 422, "payee_unknown", "to"),
            ({"to": "tidebank"}, 422, "payee_unknown", "to"),
            ({"to": "bob"}, 403, "account_frozen", None),
            ({"to": "carla"}, 422, "other_currency", "currency"),
            ({"to": "carla", "currency": "EUR"}, 422, "bank_lacks_currency", "currency"),
            ({"amount": "1000000.01"}, 422, "over_bank_cap", "amount"),
            ({"amount": "0"}, 422, "amount_not_positive", "amount"),
            ({"amount": "-5"}, 422, "amount_not_positive", "amount"),
            ({"amount": "0.001"}, 422, "amount_too_precise", "amount"),
            ({"reference": ""}, 422, "invalid", None),
            ({"reference": "é"}, 422, "invalid", None),
            ({"value_date": "0001-01-01"}, 422, "invalid", None),
        ):
            with self.subTest(change):
                self.assert_problem(self.bank.post("deposits", self.asked(**change)), status, code, field=field)
        self.assertEqual(Deposit.objects.count(), 0)

    def test_are_given_back_unless_the_member_has_spent_them(self) -> None:
        path = f"deposits/{self.done(self.bank.post('deposits', self.asked()))['id']}/return"
        sent(person("alice"), person("bob"), "1001")
        self.assert_problem(self.bank.post(path, {"reason": "Fraud"}), 409, "deposit_spent")
        sent(person("bob"), person("alice"), "1")
        body = self.done(self.bank.post(path, {"reason": "Fraud"}), 200)
        self.assertEqual(body["return_reason"], "Fraud")
        self.assertIsNotNone(body["returned"])
        self.assertEqual(self.done(self.bank.post(path, {"reason": "Again"}), 200), body)
        self.assertEqual(self.done(self.bank.get("deposits"), 200)["deposits"], [body])
        self.assertEqual(self.done(self.bank.post("deposits", self.asked()))["returned"], body["returned"])

    def test_of_another_bank_are_not_found(self) -> None:
        found = self.done(self.bank.post("deposits", self.asked()))["id"]
        other = Caller(a_bank("otherbank").user.username)
        self.assert_problem(other.post(f"deposits/{found}/return", {}), 404, "not_found")
        self.assertEqual(self.done(other.get("deposits"), 200)["deposits"], [])

    def test_are_all_that_a_banks_token_can_reach(self) -> None:
        everything = Caller(self.bank.user.username)  # as if it had every scope
        for path in ("wallet", "wallet/entries"):
            self.assert_problem(everything.get(path), 404, "not_found")
        pay = {"payee": "alice", "amount": "1.00", "currency": "GBP"}
        self.assert_problem(everything.post("transfers", pay), 404, "not_found")
        self.assert_problem(
            everything.post("requests", {"payer": "alice", "amount": "1.00", "currency": "GBP"}), 404, "not_found"
        )
        self.assert_problem(
            self.alice.post("transfers", pay | {"payee": "tidebank"}), 422, "user_unknown", field="payee"
        )
