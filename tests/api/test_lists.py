"""Histories and lists: complete page by page, only the caller's own rows, and a fixed number of queries."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversion.money import Money
from ledger.wallets import balance_of
from payments.owners import wallet_of
from tests.cast import merchant, person

from .base import ApiTestCase, Caller


class Pages(ApiTestCase):
    def all_of(self, caller: Caller, path: str, name: str, **asked: Any) -> list[dict[str, Any]]:
        """Every row of the list, read in pages of two."""
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        for _ in range(50):
            page = self.done(caller.get(path, limit=2, **cursor, **asked), 200)
            self.assertLessEqual(len(page[name]), 2)
            found += page[name]
            if page["next"] is None:
                return found
            cursor = {"cursor": page["next"]}
        raise AssertionError("pages without end")

    def test_a_history_is_complete_and_adds_up(self) -> None:
        for number in range(1, 6):
            self.done(self.send(amount=f"{number}.00"))
        self.done(self.send("alice", "2.50", caller=self.bob))
        rows = self.all_of(self.alice, "wallet/entries", "entries")
        self.assertEqual([row["seq"] for row in rows], [7, 6, 5, 4, 3, 2, 1])
        self.assertEqual([row["amount"] for row in rows[:3]], ["2.50", "-5.00", "-4.00"])
        self.assertEqual(rows[0]["balance_after"], self.balance(self.alice))
        self.assertEqual(rows[0]["other_party"], {"username": "bob", "name": "Bob Baker"})
        self.assertEqual((rows[-1]["kind"], rows[-1]["other_party"]["username"]), ("grant", None))

    def test_an_append_only_wallets_history_too(self) -> None:
        merchant("shop")
        shop = Caller("shop")
        for number in range(1, 6):
            self.done(self.send("shop", f"{number}.00"))
        wallet = self.done(shop.get("wallet"), 200)
        self.assertEqual((wallet["balance"], wallet["pending"], wallet["available"]), ("15.00", "15.00", "0.00"))
        self.done(self.send("alice", "6.00", caller=shop))
        wallet = self.done(shop.get("wallet"), 200)
        self.assertEqual((wallet["balance"], wallet["pending"], wallet["available"]), ("9.00", "0.00", "9.00"))
        rows = self.all_of(shop, "wallet/entries", "entries")
        self.assertEqual([row["amount"] for row in rows], ["-6.00", "5.00", "4.00", "3.00", "2.00", "1.00"])
        self.assertEqual({row["balance_after"] for row in rows}, {None})

    def test_requests_and_holds_by_direction(self) -> None:
        for number in range(5):
            self.done(self.alice.post("requests", {"payer": "bob", "amount": f"{number + 1}", "currency": "GBP"}))
            self.done(self.alice.post("holds", {"payee": "bob", "amount": f"{number + 1}", "purpose": "two_step"}))
        for path in ("requests", "holds"):
            with self.subTest(path):
                mine = self.all_of(self.alice, path, path, direction="outgoing")
                self.assertEqual(mine, self.all_of(self.bob, path, path, direction="incoming"))
                self.assertEqual([row["amount"]["amount"] for row in mine], ["5.00", "4.00", "3.00", "2.00", "1.00"])
                self.assertEqual(self.all_of(self.carla, path, path, direction="incoming"), [])

    def test_a_made_up_cursor_is_refused(self) -> None:
        self.done(self.send())
        others = self.done(self.alice.post("requests", {"payer": "bob", "amount": "1", "currency": "GBP"}))["id"]
        for path, cursor in (
            ("wallet/entries", "x"),
            ("wallet/entries", "1.1"),
            ("wallet/entries", "9" * 30),
            ("wallet/entries", "-1"),
            ("requests", str(uuid4())),
            ("requests", others),  # an existing request, but not one of this list
            ("holds", str(uuid4())),
            ("holds", "x"),
        ):
            with self.subTest(f"{path} {cursor}"):
                self.assert_problem(self.alice.get(path, cursor=cursor), 422, "cursor_unknown", field="cursor")

    def test_limits_and_directions_are_what_they_say(self) -> None:
        for asked in ({"limit": "0"}, {"limit": "101"}, {"limit": "-1"}, {"limit": "x"}, {"direction": "sideways"}):
            with self.subTest(asked):
                self.assert_problem(self.alice.get("requests", **asked), 422, "invalid")

    def test_cost_as_many_queries_for_twenty_rows_as_for_two(self) -> None:
        for number in range(20):
            self.forget_limits()
            self.done(self.send(amount="1.00"))
            self.done(self.alice.post("requests", {"payer": "bob", "amount": f"{number + 1}", "currency": "GBP"}))
            self.done(self.alice.post("holds", {"payee": "bob", "amount": "1", "purpose": "two_step"}))
        for path, most in (("wallet", 2), ("wallet/entries", 3), ("requests", 3), ("holds", 4)):
            with self.subTest(path):
                self.alice.get(path)  # writes the token's last use, which costs a query once a minute
                with CaptureQueriesContext(
                    connection,
                ) as few:
                    self.alice.get(path, limit=2, direction="outgoing")
                with CaptureQueriesContext(connection) as many:
                    self.alice.get(path, limit=20, direction="outgoing")
                queries = [[each for each in some if "api_use" not in each["sql"]] for some in (few, many)]
                self.assertEqual(len(queries[0]), len(queries[1]))  # without the rates' one for ten requests
                self.assertLessEqual(len(queries[1]), most)


class Balances(ApiTestCase):
    def test_at_a_moment_is_what_was_booked_before_it(self) -> None:
        first = self.done(self.send(amount="1.00"))["booked_at"]
        second = self.done(self.send(amount="2.00"))["booked_at"]
        for at, balance in ((first, "1000.00"), (second, "999.00"), ("2999-01-01T00:00:00Z", "997.00")):
            with self.subTest(at):
                found = self.done(self.alice.get("wallet/balance", at=at), 200)
                self.assertEqual((found["balance"], found["currency"], found["at"]), (balance, "GBP", at))
        self.assertEqual(self.done(self.alice.get("wallet/balance"), 200)["balance"], "997.00")

    def test_what_is_held_is_not_available(self) -> None:
        self.done(self.alice.post("holds", {"payee": "bob", "amount": "400", "purpose": "two_step"}))
        wallet = self.done(self.alice.get("wallet"), 200)
        self.assertEqual((wallet["balance"], wallet["held"], wallet["available"]), ("1000.00", "400.00", "600.00"))

    def test_is_the_ledgers(self) -> None:
        self.done(self.send())
        wallet = wallet_of(person("alice"))
        self.assertEqual(balance_of(wallet), Money.of(self.balance(self.alice), "GBP"))
