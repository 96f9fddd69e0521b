"""v1 only grows: the document that was promised, compared with the one that the site serves."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

from django.test import SimpleTestCase

from .contract import COMMITTED, breaking, current

Change = Callable[[dict[str, Any]], object]


def operation(document: dict[str, Any], path: str, method: str) -> dict[str, Any]:
    return document["paths"][f"/api/v1/{path}"][method]


def schema(document: dict[str, Any], name: str) -> dict[str, Any]:
    return document["components"]["schemas"][name]


class Promised(SimpleTestCase):
    def test_nothing_of_it_is_broken_and_what_is_new_is_written_down(self) -> None:
        now = current()
        self.assertEqual(breaking(json.loads(COMMITTED.read_text()), json.loads(now)), [])
        self.assertEqual(now, COMMITTED.read_text(), "python -m tests.api.contract writes it anew")


def event(document: dict[str, Any], code: str) -> dict[str, Any]:
    return document["webhooks"][code]["post"]["requestBody"]["content"]["application/json"]["schema"]


# Each breaks a program that was written before, and the words are in what is said of it.
BREAKS: dict[str, Change] = {
    "get /api/v1/me is gone": lambda new: new["paths"].pop("/api/v1/me"),
    "is called send_it": lambda new: operation(new, "transfers", "post").update(operationId="send_it"),
    "needs another scope": lambda new: operation(new, "transfers", "post").update(security=[{"token": ["x"]}]),
    "parameter.cursor is gone": lambda new: operation(new, "holds", "get")["parameters"].pop(-2),
    "parameter.limit is needed": lambda new: operation(new, "holds", "get")["parameters"][-1].update(required=True),
    "maximum is 50": lambda new: operation(new, "holds", "get")["parameters"][-1]["schema"].update(maximum=50),
    "does not answer 201": lambda new: operation(new, "transfers", "post")["responses"].pop("201"),
    "201.paid is gone": lambda new: schema(new, "Transfer")["properties"].pop("paid"),
    "201.paid may be missing": lambda new: schema(new, "Transfer")["required"].remove("paid"),
    "201.note: type was string and is integer": lambda new: schema(new, "Transfer")["properties"]["note"].update(
        type="integer"
    ),
    "201.hold may be null": lambda new: schema(new, "Transfer")["properties"].update(hold={"type": "string"}),
    "transfers[].paid.amount: pattern": lambda new: schema(new, "Sum")["properties"]["amount"].update(pattern="^x$"),
    "body.lives_s is gone": lambda new: schema(new, "NewHold")["properties"].pop("lives_s"),
    "body.note is needed": lambda new: schema(new, "NewHold")["required"].append("note"),
    "body.note: maxLength is 9": lambda new: schema(new, "NewHold")["properties"]["note"].update(maxLength=9),
    "body.currency|0 may no longer be GBP": lambda new: schema(new, "Currency")["enum"].remove("GBP"),
    "event ping is gone": lambda new: new["webhooks"].pop("ping"),
    "ping.data.webhook is gone": lambda new: schema(new, "Ping")["properties"].pop("webhook"),
    "ping.seq may be missing": lambda new: event(new, "ping")["required"].remove("seq"),
    "has a body or none": lambda new: operation(new, "holds", "post").pop("requestBody"),
}

GROWS: dict[str, Change] = {
    "an operation": lambda new: new["paths"].update({"/api/v1/new": {"get": {}}}),
    "a parameter": lambda new: operation(new, "holds", "get")["parameters"].append(
        {"name": "new", "required": False, "schema": {"type": "string"}}
    ),
    "a member of an answer": lambda new: schema(new, "Transfer")["properties"].update(new={"type": "string"}),
    "a field of a body": lambda new: schema(new, "NewHold")["properties"].update(new={"type": "string"}),
    "a value of an answer": lambda new: schema(new, "TransferKind")["enum"].append("new"),
    "an event": lambda new: new["webhooks"].update({"transfer.new": {}}),
    "a code": lambda new: schema(new, "Problem")["properties"]["code"]["enum"].append("new"),
    "a longer note": lambda new: schema(new, "NewHold")["properties"]["note"].update(maxLength=999),
}


class Differences(SimpleTestCase):
    def changed(self, change: Change) -> list[str]:
        old = json.loads(COMMITTED.read_text())
        new = copy.deepcopy(old)
        change(new)
        return breaking(old, new)

    def test_that_break_are_named(self) -> None:
        for words, change in BREAKS.items():
            with self.subTest(words):
                self.assertIn(words, " · ".join(self.changed(change)))

    def test_that_are_growth_are_none(self) -> None:
        for what, change in GROWS.items():
            with self.subTest(what):
                self.assertEqual(self.changed(change), [])
