"""Finding transfers and entries: by key after a lost answer, and by what a program knows of them."""

from __future__ import annotations

from typing import Any
from unittest import mock
from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext

from payments.history import search
from tests.cast import merchant

from .base import ApiTestCase, Caller


class Finding(ApiTestCase):
    def found(self, caller: Caller, path: str = "transfers", **filters: Any) -> list[dict[str, Any]]:
        """Every row of the list, read in pages of two."""
        name, rows = path.rpartition("/")[2], list[dict[str, Any]]()
        cursor: dict[str, str] = {}
        for _ in range(100):
            page = self.done(caller.get(path, limit=2, **cursor, **filters), 200)
            self.assertLessEqual(len(page[name]), 2)
            rows += page[name]
            if page["next"] is None:
                return rows
            cursor = {"cursor": page["next"]}
        raise AssertionError("pages without end")

    def ids(self, caller: Caller, **filters: Any) -> list[str]:
        """The ids of what is found as transfers. The entries must be of the same transfers."""
        ids = [row["id"] for row in self.found(caller, **filters)]
        if filters.keys() != {"key"}:
            self.assertEqual([row["transfer"] for row in self.found(caller, "wallet/entries", **filters)], ids)
        return ids

    def world(self, caller: Caller) -> dict[str, dict[str, Any]]:
        """Transfers of several kinds between the caller and others, by name, the newest last."""
        made = {}
        made["first"] = self.done(self.send("alice", "10.00", caller=self.bob)) if caller is self.alice else {}
        made["sent"] = self.done(caller.post("transfers", self.pay("bob", "2.00") | {"reference": "order-1"}))
        made["to carla"] = self.done(caller.post("transfers", self.pay("carla", "3.00") | {"reference": "order-2"}))
        asked = self.done(self.bob.post("requests", {"payer": caller.user.username, "amount": "1", "currency": "GBP"}))
        made["paid request"] = self.done(caller.post(f"requests/{asked['id']}/pay"))
        made["refund"] = self.done(self.bob.post(f"transfers/{made['sent']['id']}/refunds", {"amount": "0.50"}))
        return {name: transfer for name, transfer in made.items() if transfer}

    def pay(self, payee: str, amount: str) -> dict[str, Any]:
        return {"payee": payee, "amount": amount, "currency": "GBP"}

    def assert_filters_find(self, caller: Caller) -> None:
        made = {name: transfer["id"] for name, transfer in self.world(caller).items()}
        times = {name: self.done(caller.get(f"transfers/{id}"), 200)["booked_at"] for name, id in made.items()}
        cases: tuple[tuple[dict[str, Any], list[str]], ...] = (
            ({"kind": "request"}, ["paid request"]),
            ({"kind": "payment", "with": "carla"}, ["to carla"]),
            ({"with": "@BOB"}, [name for name in reversed(made) if name != "to carla"]),
            ({"with": "tess"}, []),
            ({"outcome": "booked", "kind": "refund"}, ["refund"]),
            ({"outcome": "insufficient_funds"}, []),
            ({"reference": "order-2"}, ["to carla"]),
            ({"reference": "order-2", "with": "bob"}, []),
            ({"reference": "order-3"}, []),
            ({"booked_from": times["to carla"]}, ["refund", "paid request", "to carla"]),
            ({"booked_from": times["to carla"], "booked_until": times["refund"]}, ["paid request", "to carla"]),
            ({"booked_until": times["sent"], "with": "bob"}, ["first"] if "first" in made else []),
            ({"booked_until": "1999-01-01T00:00:00Z"}, []),
            ({"booked_from": "2999-01-01T00:00:00Z"}, []),
        )
        for filters, names in cases:
            with self.subTest(filters):
                self.assertEqual(self.ids(caller, **filters), [made[name] for name in names])

    def test_by_each_filter(self) -> None:
        self.assert_filters_find(self.alice)

    def test_in_a_merchants_wallet_too(self) -> None:
        merchant("shop")
        shop = Caller("shop")
        self.done(self.send("shop", "50.00"))
        self.assert_filters_find(shop)

    def test_by_reading_a_few_lines_at_a_time(self) -> None:
        """A page may then be shorter than asked for, or empty, and the list is complete all the same."""
        with mock.patch.object(search, "SCANNED", 3):
            self.assert_filters_find(self.alice)

    def test_all_of_them_are_those_of_the_wallet_the_newest_first(self) -> None:
        self.world(self.alice)
        entries = self.found(self.alice, "wallet/entries")
        transfers = self.found(self.alice)
        self.assertEqual([row["id"] for row in transfers], [row["transfer"] for row in entries])
        self.assertEqual(transfers[-1]["kind"], "grant")
        self.assertEqual(len(self.found(self.carla)), 2)

    def test_a_transfer_is_found_by_its_key_after_a_lost_answer(self) -> None:
        for key in ("order-4711", str(uuid4())):
            sent = self.done(self.send(key=key))
            self.assertEqual(self.ids(self.alice, key=key), [sent["id"]])
            self.assertEqual(self.found(self.alice, "wallet/entries", key=key)[0]["transfer"], sent["id"])
            self.assertEqual(self.ids(self.bob, key=key), [])  # a key is its maker's alone
        self.assertEqual(self.ids(self.alice, key="order-4712"), [])
        self.assertEqual(self.ids(self.alice, key="order-4711", kind="refund"), [])

    def test_a_quoted_one_by_the_key_under_which_it_was_sent(self) -> None:
        quote = self.done(self.alice.post("quotes", self.pay("bob", "1.00")))["id"]
        sent = self.done(self.alice.post("transfers", {"quote": quote}, key="order-1"))["id"]
        self.assertEqual(self.ids(self.alice, key="order-1"), [sent])

    def test_a_declined_one_by_its_key_alone(self) -> None:
        self.send(amount="5000", key="order-1")
        [declined] = self.found(self.alice, key="order-1")
        self.assertEqual((declined["outcome"], declined["paid"]["amount"]), ("insufficient_funds", "5000.00"))
        self.assertEqual(self.ids(self.alice, outcome="insufficient_funds"), [])
        self.assertEqual(self.ids(self.alice, kind="payment"), [])
        self.assertEqual(self.found(self.alice, "wallet/entries", key="order-1"), [])

    def test_wrong_filters_are_refused(self) -> None:
        for path in ("transfers", "wallet/entries"):
            for wrong in (
                {"kind": "gift"},
                {"outcome": "maybe"},
                {"booked_from": "yesterday"},
                {"reference": "x" * 65},
                {"key": ""},
            ):
                with self.subTest(path, **wrong):
                    self.assert_problem(self.alice.get(path, **wrong), 422, "invalid")
            self.assertEqual(self.alice.get(path, **{"with": "nobody"}).json()["code"], "user_unknown")
            self.assert_problem(self.alice.get(path, cursor="x"), 422, "cursor_unknown", field="cursor")

    def test_a_month_of_long_ago_is_found_without_reading_what_came_after(self) -> None:
        """Some twenty entries are read to find where the month ends, and not every line since."""
        sent = [self.done(self.send(amount="0.01"))["booked_at"] for _ in range(20)]
        with mock.patch.object(search, "SCANNED", 4):
            page = self.done(self.alice.get("transfers", booked_until=sent[3]), 200)
        self.assertEqual([row["booked_at"] for row in page["transfers"]][:3], sent[2::-1])

    def test_costs_as_many_queries_for_twenty_rows_as_for_two(self) -> None:
        for _ in range(20):
            self.done(self.send(amount="0.01"))
        self.alice.get("transfers")
        counts = []
        for limit in (2, 20):
            with CaptureQueriesContext(connection) as queries:
                self.alice.get("transfers", limit=limit)
            counts.append(len(queries))
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[1], 6)


class ByStatus(ApiTestCase):
    def test_requests_and_holds(self) -> None:
        asked = [self.done(self.alice.post("requests", self.body("payer")))["id"] for _ in range(2)]
        held = [
            self.done(self.alice.post("holds", self.body("payee") | {"purpose": "two_step"}))["id"] for _ in range(2)
        ]
        self.done(self.alice.post(f"requests/{asked[0]}/cancel"), 200)
        self.done(self.alice.post(f"holds/{held[0]}/release"), 200)
        for path, closed, ids in (("requests", "cancelled", asked), ("holds", "released", held)):
            for status, expected in ((closed, [ids[0]]), ("open", [ids[1]]), ("expired", [])):
                with self.subTest(path, status=status):
                    rows = self.done(self.alice.get(path, direction="outgoing", status=status), 200)[path]
                    self.assertEqual([row["id"] for row in rows], expected)
            self.assert_problem(self.alice.get(path, status="odd"), 422, "invalid")

    def body(self, other: str) -> dict[str, str]:
        return {other: "bob", "amount": "1.00", "currency": "GBP"}
