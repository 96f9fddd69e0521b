"""A program's own reference and metadata on what it makes: kept with it, shown to its maker alone, never changed."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db import DatabaseError, connection

from api.models import Label
from ledger.models import Transfer

from .base import ApiTestCase

LABEL: dict[str, Any] = {"reference": "order-4711", "metadata": {"till": "3", "who": "Zoë"}}
PAY = {"payee": "bob", "amount": "10.00", "currency": "GBP"}
BODIES: dict[str, dict[str, Any]] = {
    "transfers": PAY,
    "requests": {"payer": "bob", "amount": "10.00", "currency": "GBP"},
    "holds": {"payee": "bob", "amount": "10.00", "purpose": "two_step"},
}


class Labels(ApiTestCase):
    def test_are_shown_to_their_maker_alone(self) -> None:
        for path, body in BODIES.items():
            with self.subTest(path):
                made = self.done(self.alice.post(path, body | LABEL))
                one = f"{path}/{made['id']}"
                for seen in (made, self.done(self.alice.get(one), 200)):
                    self.assertEqual({name: seen[name] for name in LABEL}, LABEL)
                self.assertEqual(
                    [self.done(self.bob.get(one), 200)[name] for name in LABEL],
                    [None, None],
                )
        for path in ("requests", "holds"):
            for caller, direction, label in ((self.alice, "outgoing", LABEL["metadata"]), (self.bob, "incoming", None)):
                with self.subTest(path, direction=direction):
                    [row] = self.done(caller.get(path, direction=direction), 200)[path]
                    self.assertEqual(row["metadata"], label)

    def test_stay_when_the_thing_is_closed(self) -> None:
        asked = self.done(self.alice.post("requests", BODIES["requests"] | LABEL))["id"]
        self.assertEqual(self.done(self.alice.post(f"requests/{asked}/cancel"), 200)["reference"], "order-4711")
        held = self.done(self.alice.post("holds", BODIES["holds"] | LABEL))["id"]
        self.assertEqual(self.done(self.alice.post(f"holds/{held}/release"), 200)["metadata"], LABEL["metadata"])

    def test_of_a_quoted_transfer_and_of_a_declined_one(self) -> None:
        quote = self.done(self.alice.post("quotes", PAY))["id"]
        sent = self.done(self.alice.post("transfers", {"quote": quote} | LABEL))
        self.assertEqual(sent["reference"], "order-4711")
        key = uuid4()
        declined = self.alice.post("transfers", PAY | LABEL | {"amount": "5000"}, key=key)
        self.assert_problem(declined, 422, "insufficient_funds", field="amount")
        transfer = Transfer.objects.get(key=key)
        self.assertEqual(self.done(self.alice.get(f"transfers/{transfer.reference}"), 200)["reference"], "order-4711")

    def test_belong_to_the_content_of_a_key(self) -> None:
        key = uuid4()
        first = self.alice.post("transfers", PAY | LABEL, key=key)
        self.assertEqual(self.alice.post("transfers", PAY | LABEL, key=key).content, first.content)
        others: tuple[dict[str, Any], ...] = ({"reference": "order-4712"}, {"metadata": {}})
        for other in others:
            problem = self.alice.post("transfers", PAY | LABEL | other, key=key)
            self.assert_problem(problem, 422, "key_reused", field=next(iter(other)))

    def test_are_of_some_size_and_no_more(self) -> None:
        for wrong in (
            {"reference": ""},
            {"reference": "x" * 65},
            {"reference": "Zoë"},
            {"metadata": {str(number): "" for number in range(21)}},
            {"metadata": {"": "x"}},
            {"metadata": {"x" * 41: ""}},
            {"metadata": {"x": "y" * 201}},
            {"metadata": {"x": 1}},
        ):
            with self.subTest(wrong):
                self.assert_problem(self.alice.post("transfers", PAY | wrong), 422, "invalid")
        whole = {"reference": "~" * 64, "metadata": {f"{number:040}": "y" * 200 for number in range(20)}}
        self.done(self.alice.post("transfers", PAY | whole))

    def test_are_stored_with_the_money_or_not_at_all_and_never_change(self) -> None:
        self.alice.post("transfers", PAY | LABEL | {"payee": "nobody"})
        self.assertFalse(Label.objects.exists())
        self.done(self.alice.post("transfers", PAY | LABEL))
        for statement in ("UPDATE api_label SET reference = 'x'", "DELETE FROM api_label"):
            with self.assertRaises(DatabaseError), connection.cursor() as cursor:
                cursor.execute(statement)
