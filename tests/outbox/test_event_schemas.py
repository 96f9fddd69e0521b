"""The documents of events are what their schemas promise: those that were told, and the examples."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any
from unittest import mock
from uuid import uuid4

from django.test import Client
from jsonschema_rs import Draft202012Validator, validator_for
from pydantic import ValidationError

from events.listeners import listen
from events.models import Event
from events.types import Telling, known_types
from outbox.events import service
from outbox.events.documents import body_of
from outbox.models import Message
from outbox.webhooks.schemas import Ping
from outbox.webhooks.service import create_endpoint, ping
from payments.requests import service as requests
from tests.api.base import ApiTestCase
from tests.base import MoneyTestCase
from tests.cast import gbp, person
from tests.payments.verbs import verbs
from tests.shop.goods import a_seller
from tests.shop.test_order_events import take_every_step

from .receiver import Receiver
from .test_events import everybody_listens


def schema_of(code: str) -> dict[str, Any]:
    answer = Client().get(f"/api/events/{code}.json")
    assert answer.status_code == 200, answer.content
    return answer.json()


def validator_of(code: str) -> Draft202012Validator:
    return validator_for(schema_of(code), validate_formats=True)  # type: ignore[return-value]


def without_one(whole: dict[str, Any], schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The document without each of the fields of its object that the schema requires."""
    name = schema["properties"]["data"]["$ref"].rpartition("/")[2]
    for required in schema["$defs"][name]["required"]:
        changed = copy.deepcopy(whole)
        del changed["data"][required]
        yield required, changed


class EveryType(MoneyTestCase):
    def setUp(self) -> None:
        everybody_listens()
        listen(a_seller().pk)

    def test_is_told_as_its_schema_promises(self) -> None:
        for name, verb in verbs().items():
            with self.subTest(name):
                verb.begin()()()
                service.tell_events()
                self.assertFalse(Event.objects.exists())
        self.let_a_request_expire()
        self.ping()
        take_every_step()
        service.tell_events()
        for message in Message.objects.all():
            with self.subTest(message):
                validator_of(message.type).validate(json.loads(message.body))
        self.assertEqual(set(Message.objects.values_list("type", flat=True)), set(known_types()))

    def let_a_request_expire(self) -> None:
        requests.ask_for_money(requester=person("bob"), payer=person("alice"), amount=gbp("1"), note="", key=uuid4())
        with mock.patch("payments.requests.service.Now", lambda: "2100-01-01T00:00:00Z"):
            requests.expire_due_requests()

    def ping(self) -> None:
        receiver = Receiver()
        self.addCleanup(receiver.close)
        ping(create_endpoint(user=person("bob"), url=receiver.url)[0])

    def test_is_not_told_with_data_of_another(self) -> None:
        kind, event = known_types()["hold.placed"], Event(reference=uuid4(), kind="hold.placed")
        with self.assertRaises(ValidationError):
            body_of(Telling(event, 1, kind, Ping(webhook=uuid4())), 1)


class ASchema(ApiTestCase):
    def test_has_an_example_that_is_valid_and_would_not_be_without_a_field(self) -> None:
        """Any type's schema refuses something, so the other test means something."""
        for code in known_types():
            schema, valid = schema_of(code), validator_of(code)
            (example,) = schema["examples"]
            with self.subTest(code):
                valid.validate(example)
                self.assertEqual(example["type"], code)
                for field, changed in without_one(example, schema):
                    self.assertFalse(valid.is_valid(changed), field)
                for wrong in ({"seq": "1"}, {"timestamp": "yesterday"}, {"type": "transfer.lost"}):
                    self.assertFalse(valid.is_valid(example | wrong), wrong)

    def test_is_for_everybody_under_the_address_that_it_names(self) -> None:
        answer = Client().get("/api/events/transfer.sent.json")
        self.assertEqual(answer.headers["Content-Type"], "application/schema+json")
        self.assertEqual(answer.headers["Cache-Control"], "public, max-age=300")
        self.assertTrue(answer.json()["$id"].endswith("/api/events/transfer.sent.json"))
        self.assert_problem(Client().get("/api/events/transfer.lost.json"), 404, "not_found")
        self.assert_problem(Client(enforce_csrf_checks=True).post("/api/events/ping.json"), 405, "method_not_allowed")

    def test_is_in_the_openapi_document_with_the_same_example(self) -> None:
        document = Client().get("/api/openapi.json").json()
        self.assertEqual(set(document["webhooks"]), set(known_types()))
        for code, found in document["webhooks"].items():
            with self.subTest(code):
                schema, (body,) = schema_of(code), found["post"]["requestBody"]["content"].values()
                self.assertEqual(body["example"], schema["examples"][0])
                whole = {"components": document["components"], **body["schema"]}
                validator_for(whole, validate_formats=True).validate(body["example"])
                inner = json.loads(json.dumps(body["schema"]).replace("#/components/schemas/", "#/$defs/"))
                self.assertEqual(inner, {name: schema[name] for name in inner})
                for name, part in schema["$defs"].items():
                    known = json.dumps(document["components"]["schemas"][name])
                    self.assertEqual(json.loads(known.replace("#/components/schemas/", "#/$defs/")), part)

    def test_is_named_by_the_guide(self) -> None:
        page = Client().get("/outbox/guide/").content.decode()
        for code in known_types():
            self.assertIn(f'href="/api/events/{code}.json"', page)
