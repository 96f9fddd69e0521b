"""Payment requests and holds by the JSON API."""

from __future__ import annotations

from typing import Any

from .base import ApiTestCase, Caller


class Requests(ApiTestCase):
    def ask(self, amount: str = "20.00", *, caller: Caller | None = None, payer: str = "bob") -> str:
        caller = caller or self.alice
        body = {"payer": payer, "amount": amount, "currency": caller.user.currency, "note": "tickets"}
        return self.done(caller.post("requests", body))["id"]

    def status(self, request: str) -> str:
        return self.done(self.alice.get(f"requests/{request}"), 200)["status"]

    def test_paid_it_is_closed_and_names_its_transfer(self) -> None:
        asked = self.ask()
        paid = self.done(self.bob.post(f"requests/{asked}/pay"))
        self.assertEqual((paid["kind"], paid["received"]["amount"]), ("request", "20.00"))
        found = self.done(self.alice.get(f"requests/{asked}"), 200)
        self.assertEqual((found["status"], found["transfer"]), ("paid", paid["id"]))
        self.assertGreaterEqual(found["closed_at"], found["made_at"])
        self.assertEqual(self.balance(self.alice), "1020.00")
        for action in ("pay", "decline"):
            self.assert_problem(self.bob.post(f"requests/{asked}/{action}"), 409, "request_closed")
        self.assert_problem(self.alice.post(f"requests/{asked}/cancel"), 409, "request_closed")

    def test_across_currencies_exactly_what_was_asked_arrives(self) -> None:
        asked = self.ask(caller=self.carla, payer="alice")
        paid = self.done(self.alice.post(f"requests/{asked}/pay"))
        self.assertEqual(paid["received"], {"amount": "20.00", "currency": "EUR"})
        self.assertEqual(paid["paid"]["currency"], "GBP")

    def test_each_side_closes_it_in_its_own_way(self) -> None:
        for caller, action, status in ((self.bob, "decline", "declined"), (self.alice, "cancel", "cancelled")):
            with self.subTest(action):
                asked = self.ask()
                closed = self.done(caller.post(f"requests/{asked}/{action}"), 200)
                self.assertEqual((closed["status"], closed["requester"], closed["payer"]), (status, "alice", "bob"))
                self.assertEqual(self.done(self.alice.get(f"requests/{asked}"), 200), closed)
                self.assertGreaterEqual(closed["closed_at"], closed["made_at"])

    def test_the_other_sides_way_is_not_there(self) -> None:
        asked = self.ask()
        for caller, action in ((self.alice, "pay"), (self.alice, "decline"), (self.bob, "cancel")):
            with self.subTest(action):
                self.assert_problem(caller.post(f"requests/{asked}/{action}"), 404, "not_found")
        self.assertEqual(self.status(asked), "open")
        self.assertIsNone(self.done(self.alice.get(f"requests/{asked}"), 200)["closed_at"])

    def test_refuses_as_the_pages_do(self) -> None:
        def ask(**other: str) -> Any:
            return self.alice.post("requests", {"payer": "bob", "amount": "1", "currency": "GBP"} | other)

        self.assert_problem(ask(payer="alice"), 422, "payer_is_requester", field="payer")
        self.assert_problem(ask(payer="nobody"), 422, "user_unknown", field="payer")
        self.assert_problem(ask(currency="EUR"), 422, "other_currency", field="currency")
        self.assert_problem(ask(amount="0"), 422, "amount_not_positive", field="amount")


class Holds(ApiTestCase):
    def place(self, purpose: str = "authorization", amount: str = "50.00", **more: Any) -> dict[str, Any]:
        return self.done(self.alice.post("holds", {"payee": "bob", "amount": amount, "purpose": purpose} | more))

    def test_captured_in_part_the_rest_comes_back(self) -> None:
        held = self.place()
        self.assertEqual((held["status"], held["amount"]["amount"]), ("open", "50.00"))
        self.assertEqual((held["captured"], held["transfer"]), (None, None))
        taken = self.done(self.bob.post(f"holds/{held['id']}/capture", {"amount": "30", "currency": "GBP"}))
        self.assertEqual((taken["kind"], taken["hold"], taken["paid"]["amount"]), ("capture", held["id"], "30.00"))
        wallet = self.done(self.alice.get("wallet"), 200)
        self.assertEqual((wallet["available"], wallet["held"]), ("970.00", "0.00"))
        found = self.done(self.alice.get(f"holds/{held['id']}"), 200)
        self.assertEqual((found["status"], found["transfer"]), ("captured", taken["id"]))
        self.assertEqual(found["captured"], {"amount": "30.00", "currency": "GBP"})
        for caller, direction in ((self.alice, "outgoing"), (self.bob, "incoming")):
            self.assertEqual(self.done(caller.get("holds", direction=direction), 200)["holds"], [found])

    def test_never_more_than_is_held_and_a_two_step_hold_only_whole(self) -> None:
        held, two_step = self.place()["id"], self.place("two_step")["id"]
        more = self.bob.post(f"holds/{held}/capture", {"amount": "50.01"})
        self.assert_problem(more, 422, "more_than_held", field="amount")
        part = self.bob.post(f"holds/{two_step}/capture", {"amount": "49.99"})
        self.assert_problem(part, 422, "only_as_a_whole", field="amount")
        other = self.bob.post(f"holds/{held}/capture", {"amount": "1", "currency": "EUR"})
        self.assert_problem(other, 422, "other_currency", field="currency")
        self.done(self.bob.post(f"holds/{two_step}/capture", {"amount": "50"}))

    def test_released_by_whom_it_was_for_and_a_two_step_hold_by_its_maker_too(self) -> None:
        for caller, purpose in ((self.bob, "authorization"), (self.bob, "two_step"), (self.alice, "two_step")):
            with self.subTest(purpose):
                held = self.place(purpose)["id"]
                self.assertEqual(self.done(caller.post(f"holds/{held}/release"), 200)["status"], "released")
        self.assertEqual(self.done(self.alice.get("wallet"), 200)["held"], "0.00")

    def test_the_payer_of_a_deposit_cannot_cancel_or_capture_it(self) -> None:
        held = self.place()["id"]
        self.assert_problem(self.alice.post(f"holds/{held}/release"), 404, "not_found")
        self.assert_problem(self.alice.post(f"holds/{held}/capture", {"amount": "1"}), 404, "not_found")

    def test_lives_as_long_as_it_is_told(self) -> None:
        self.assertLess(self.place(lives_s=60)["expires_at"], self.place(lives_s=600)["expires_at"])

    def test_more_than_there_is_is_declined_and_its_makers_alone(self) -> None:
        self.place(amount="600")
        body = {"payee": "bob", "amount": "400.01", "purpose": "two_step"}
        self.assert_problem(self.alice.post("holds", body), 422, "insufficient_funds", field="amount")
        declined = self.alice.user.holds_made.get(status="declined").reference
        self.assertEqual(self.done(self.alice.get(f"holds/{declined}"), 200)["status"], "declined")
        self.assert_problem(self.bob.get(f"holds/{declined}"), 404, "not_found")
        self.assertEqual(len(self.done(self.alice.get("holds"), 200)["holds"]), 1)
