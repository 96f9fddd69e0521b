"""The same checks for every documented operation: works · no token · wrong scope · not yours · wrong method."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

from django.test import Client

from api.face import document
from outbox.events.service import tell_events
from outbox.models import Endpoint
from outbox.webhooks.service import plan_deliveries
from tests.shop.goods import a_product, a_sale_point
from tests.treasury.banks import a_bank
from tests.treasury.withdrawals import an_account, filed

from .base import EVERY_SCOPE, ApiTestCase, Caller


def addressed(path: str) -> str:
    """The path with values for what it leaves open: an id that nothing has, and a member."""
    return path.replace("{id}", str(uuid4())).replace("{handle}", "bob")


def scopes_of(found: dict[str, Any]) -> set[str]:
    """The scopes of which a token must have one; empty where any token will do."""
    return {scope for allowed in found["security"] for scope in allowed["token"]}


def operations() -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Every documented operation as (operation id, method, path below /api/v1/, its part of the OpenAPI document)."""
    for path, methods in document()["paths"].items():
        for method, found in methods.items():
            yield found["operationId"], method.upper(), path.removeprefix("/api/v1/"), found


HOOK = {"url": "https://127.0.0.1/hook", "types": ["transfer.sent"]}


class EveryOperation(ApiTestCase):
    def call(self, caller: Caller, method: str, path: str, **more: Any) -> Any:
        path = addressed(path)
        return (
            caller.get(path) if method == "GET" else caller.post(path, more.pop("body", self.some_body(path)), **more)
        )

    def some_body(self, path: str) -> dict[str, Any] | None:
        """A valid body for the operation, so that the body cannot be the reason for a refusal."""
        whole = {"payee": "bob", "amount": "1.00", "currency": "GBP"}
        bodies: dict[str, dict[str, Any]] = {
            "transfers": whole,
            "quotes": whole,
            "holds": {"payee": "bob", "amount": "1.00", "purpose": "two_step"},
            "pledges": {"payee": "bob", "amount": "1.00"},
            "requests": {"payer": "bob", "amount": "1.00", "currency": "GBP"},
            "refunds": {"lines": [{"number": 1, "quantity": 1}]} if path.startswith("sales/") else {"amount": "1.00"},
            "capture": {"amount": "1.00"},
            "deposits": {"to": "bob", "amount": "1.00", "currency": "GBP", "reference": "T1"},
            "return": {"reason": "Sent by mistake"} | ({"reference": "B1"} if path.startswith("bank/") else {}),
            "settle": {"reference": "B1"},
            "withdrawals": {"amount": "1.00", "currency": "GBP", "payout_account": str(uuid4())},
            "webhooks": HOOK,
            "roll": {"at_once": True},
            "mass-payments": {"title": "Payroll", "rows": [{"payee": "bob", "amount": "1.00"}]},
            "purchases": {"lines": [{"variant": str(uuid4())}], "price_shown": "1.00", "currency": "GBP"},
        }
        *_, before, last = ["", *path.split("/")]
        below: dict[str, Any] = (
            {"webhooks": HOOK, "stock": {"reason": "delivery", "quantity": 24}} if len(last) == 36 else {}
        )
        return bodies.get(last, below.get(before))

    def test_works_as_documented(self) -> None:
        examples = Examples(self)
        self.assertEqual({name for name, *_ in operations()}, set(examples.calls), "an operation without a test")
        for name, _method, _path, found in operations():
            with self.subTest(name):
                answer = examples.calls[name]()
                self.assertLess(answer.status_code, 300, answer.content)
                self.assertIn(answer.status_code, found["responses"])
                self.assert_is(answer.json(), found["responses"][answer.status_code]["content"]["application/json"])

    def test_needs_a_token(self) -> None:
        for name, method, path, _ in operations():
            with self.subTest(name):
                address = f"/api/v1/{addressed(path)}"
                answer = Client().generic(method, address, headers={"Idempotency-Key": str(uuid4())})
                self.assert_problem(answer, 401, "token_invalid")
                self.assertEqual(answer.headers["WWW-Authenticate"], 'Bearer realm="api"')

    def test_needs_its_scope(self) -> None:
        for name, method, path, found in operations():
            with self.subTest(name):
                needed = scopes_of(found)
                if not needed:
                    continue
                others = tuple(set(EVERY_SCOPE) - needed)
                problem = self.assert_problem(
                    self.call(Caller("alice", scopes=others), method, path, body=b"no matter"), 403, "scope_missing"
                )
                self.assertEqual(set(problem["scope"].split()), needed)

    def test_what_is_not_there_is_not_found(self) -> None:
        for name, method, path, _ in operations():
            if "{id}" in path:
                with self.subTest(name):
                    self.assert_problem(self.call(self.alice, method, path), 404, "not_found")

    def test_what_is_anothers_is_not_found_either(self) -> None:
        examples = Examples(self)
        examples.stranger = self.carla
        for name, _method, path, _ in operations():
            if "{id}" in path:
                with self.subTest(name):
                    self.assert_problem(examples.calls[name](), 404, "not_found")

    def test_a_post_needs_a_key(self) -> None:
        examples = Examples(self)
        for name, method, _path, found in operations():
            if method != "POST":
                continue
            self.assertTrue(
                any(asked["name"] == "Idempotency-Key" and asked["required"] for asked in found["parameters"])
            )
            for key, code in (("", "idempotency_key_missing"), ("x" * 256, "idempotency_key_malformed")):
                with self.subTest(name, key=key):
                    examples.key = key
                    self.assert_problem(examples.calls[name](), 400, code)

    def test_an_unknown_parameter_is_refused_by_its_name(self) -> None:
        examples = Examples(self)
        for name, _method, _path, found in operations():
            known = [asked["name"] for asked in found["parameters"] if asked["in"] == "query"]
            for query in ("state=paid", *(f"{parameter}=1&{parameter}=1" for parameter in known)):
                with self.subTest(name, query=query):
                    examples.query = query
                    problem = self.assert_problem(examples.calls[name](), 422, "invalid")
                    self.assertIn(query.partition("=")[0], [error["field"] for error in problem["errors"]])

    def test_other_methods_are_refused_with_allow(self) -> None:
        known: dict[str, set[str]] = {}
        for _, method, path, _ in operations():
            known.setdefault(path, set()).update({method, "HEAD"} if method == "GET" else {method})
        for path, methods in known.items():
            for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"} - methods:
                with self.subTest(f"{method} {path}"):
                    answer = Client().generic(method, f"/api/v1/{addressed(path)}")
                    self.assertEqual({word.strip() for word in answer.headers["Allow"].split(",")}, methods)
                    if method != "HEAD":
                        self.assert_problem(answer, 405, "method_not_allowed")

    def test_head_is_answered_as_get_is(self) -> None:
        for name, method, path, found in operations():
            if method == "GET" and "{id}" not in path:
                with self.subTest(name):
                    get, head = (self.alice.call(each, addressed(path)) for each in ("GET", "HEAD"))
                    self.assertEqual((head.status_code, head.content), (get.status_code, b""))
                    self.assertEqual(head.headers["Content-Length"], str(len(get.content)))
                    self.assertIn(get.status_code, found["responses"])

    def assert_is(self, value: Any, content: dict[str, Any]) -> None:
        """Asserts that `value` has exactly the documented fields, with values of the documented types."""
        self._assert_shape(value, content["schema"])

    def _assert_shape(self, value: Any, schema: dict[str, Any]) -> None:
        if "$ref" in schema:
            self._assert_shape(value, document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
        elif "anyOf" in schema:
            kinds = [choice.get("type") for choice in schema["anyOf"]]
            if value is None:
                self.assertIn("null", kinds)
            else:
                self._assert_shape(value, next(c for c in schema["anyOf"] if c.get("type") != "null"))
        elif isinstance(schema.get("additionalProperties"), dict):
            for part in value.values():
                self._assert_shape(part, schema["additionalProperties"])
        elif schema["type"] == "object" and "properties" not in schema:  # whatever object: the data of an event
            self.assertIsInstance(value, dict)
        elif schema["type"] == "object":
            self.assertEqual(set(value), set(schema["properties"]))
            for name, part in value.items():
                self._assert_shape(part, schema["properties"][name])
        elif schema["type"] == "array":
            for part in value:
                self._assert_shape(part, schema["items"])
        else:
            self.assertIsInstance(value, {"string": str, "integer": int, "boolean": bool}[schema["type"]])
            if "pattern" in schema:
                self.assertRegex(value, schema["pattern"])
            if "enum" in schema:
                self.assertIn(value, schema["enum"])
            if schema.get("format") == "date-time":
                self.assertTrue(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value), value)


class Examples:
    """One valid call for each operation, by a person who may make it, or by `stranger` instead, if one is set."""

    def __init__(self, case: ApiTestCase) -> None:
        self.alice, self.bob, self.tess, self.case = case.alice, case.bob, Caller("tess"), case
        self.bank = Caller(a_bank().user.username)
        a_sale_point(kind="web")
        self.mate = a_product(stock=1000)
        self.seller = Caller("kiosk")
        self.stranger: Caller | None = None
        self.key: str | None = None
        self.query = ""
        self.calls: dict[str, Callable[[], Any]] = {
            "get_me": lambda: self.get(self.alice, "me"),
            "get_person": lambda: self.get(self.alice, "people/bob"),
            "get_wallet": lambda: self.get(self.alice, "wallet"),
            "get_balance": lambda: self.get(self.alice, "wallet/balance", at="2026-01-01T00:00:00+01:00"),
            "list_entries": lambda: self.get(self.alice, "wallet/entries"),
            "create_quote": lambda: self.post(self.alice, "quotes", self.pay("1.00")),
            "get_quote": lambda: self.get(self.alice, f"quotes/{self.quote()}"),
            "create_pledge": lambda: self.post(self.alice, "pledges", {"payee": "bob", "amount": "1.00"}),
            "create_transfer": lambda: self.post(self.alice, "transfers", self.pay("1.00")),
            "list_transfers": lambda: self.get(self.alice, "transfers", limit="1"),
            "get_transfer": lambda: self.get(self.alice, f"transfers/{self.sent()}"),
            "reverse_transfer": lambda: self.post(self.alice, f"transfers/{self.sent()}/reversal"),
            "refund_transfer": lambda: self.post(self.bob, f"transfers/{self.sent()}/refunds", {"amount": "0.40"}),
            "list_requests": lambda: self.get(self.alice, "requests", direction="outgoing"),
            "create_request": lambda: self.post(self.alice, "requests", self.asked()),
            "get_request": lambda: self.get(self.bob, f"requests/{self.request()}"),
            "pay_request": lambda: self.post(self.bob, f"requests/{self.request()}/pay"),
            "decline_request": lambda: self.post(self.bob, f"requests/{self.request()}/decline"),
            "cancel_request": lambda: self.post(self.alice, f"requests/{self.request()}/cancel"),
            "list_holds": lambda: self.get(self.alice, "holds"),
            "create_hold": lambda: self.post(self.alice, "holds", self.two_step()),
            "get_hold": lambda: self.get(self.bob, f"holds/{self.hold()}"),
            "capture_hold": lambda: self.post(self.bob, f"holds/{self.hold()}/capture", {"amount": "0.60"}),
            "list_mass_payments": lambda: self.get(self.tess, "mass-payments"),
            "create_mass_payment": lambda: self.post(self.tess, "mass-payments", self.payroll()),
            "get_mass_payment": lambda: self.get(self.tess, f"mass-payments/{self.mass_payment()}"),
            "list_mass_payment_rows": lambda: self.get(self.tess, f"mass-payments/{self.mass_payment()}/rows"),
            "confirm_mass_payment": lambda: self.post(self.tess, f"mass-payments/{self.mass_payment()}/confirm"),
            "cancel_mass_payment": lambda: self.post(self.tess, f"mass-payments/{self.mass_payment()}/cancel"),
            "list_deposits": lambda: self.get(self.bank, "deposits", reference="T1"),
            "create_deposit": lambda: self.post(self.bank, "deposits", self.from_outside()),
            "return_deposit": lambda: self.post(
                self.bank, f"deposits/{self.deposit()}/return", {"reason": "Sent by mistake"}
            ),
            "list_payout_accounts": lambda: self.get(self.alice, "payout-accounts"),
            "list_withdrawals": lambda: self.get(self.alice, "withdrawals"),
            "create_withdrawal": lambda: self.post(self.alice, "withdrawals", self.to_outside()),
            "get_withdrawal": lambda: self.get(self.alice, f"withdrawals/{self.withdrawal()}"),
            "cancel_withdrawal": lambda: self.post(self.alice, f"withdrawals/{self.withdrawal()}/cancel"),
            "list_orders": lambda: self.get(self.bank, "bank/withdrawals", status="filed"),
            "settle_order": lambda: self.post(
                self.bank, f"bank/withdrawals/{self.order()}/settle", {"reference": "B1"}
            ),
            "return_order": lambda: self.post(
                self.bank, f"bank/withdrawals/{self.order()}/return", {"reference": "B1", "reason": "Closed"}
            ),
            "list_catalogue": lambda: self.get(self.alice, "catalogue", limit="1"),
            "create_purchase": lambda: self.post(self.alice, "purchases", self.wanted()),
            "list_shop_orders": lambda: self.get(self.alice, "orders"),
            "get_shop_order": lambda: self.get(self.alice, f"orders/{self.bought()}"),
            "undo_shop_order": lambda: self.post(self.alice, f"orders/{self.bought()}/undo"),
            "list_sales": lambda: self.get(self.seller, "sales/orders", status="paid"),
            "get_sale": lambda: self.get(self.seller, f"sales/orders/{self.bought()}"),
            "make_sale_ready": lambda: self.post(self.seller, f"sales/orders/{self.bought()}/ready"),
            "collect_sale": lambda: self.post(self.seller, f"sales/orders/{self.bought()}/collected"),
            "refund_sale": lambda: self.post(
                self.seller, f"sales/orders/{self.bought()}/refunds", {"lines": [{"number": 1, "quantity": 1}]}
            ),
            "get_stock": lambda: self.get(self.seller, f"stock/{self.mate.reference}"),
            "move_stock": lambda: self.post(
                self.seller, f"stock/{self.mate.reference}", {"reason": "delivery", "quantity": 24}
            ),
            "list_events": lambda: self.heard(),
            "list_webhooks": lambda: self.get(self.alice, "webhooks"),
            "create_webhook": lambda: self.post(self.alice, "webhooks", HOOK),
            "get_webhook": lambda: self.get(self.alice, f"webhooks/{self.webhook()}"),
            "change_webhook": lambda: self.post(self.alice, f"webhooks/{self.webhook()}", HOOK),
            "delete_webhook": lambda: self.post(self.alice, f"webhooks/{self.webhook()}/delete"),
            "switch_off_webhook": lambda: self.post(self.alice, f"webhooks/{self.webhook()}/switch-off"),
            "switch_on_webhook": lambda: self.post(self.alice, f"webhooks/{self.webhook()}/switch-on"),
            "roll_webhook_secret": lambda: self.post(self.alice, f"webhooks/{self.webhook()}/roll", {"at_once": True}),
            "test_webhook": lambda: self.post(self.alice, f"webhooks/{self.webhook()}/test"),
            "list_deliveries": lambda: self.get(self.alice, f"webhooks/{self.webhook()}/deliveries"),
            "redeliver": lambda: self.post(self.alice, f"deliveries/{self.delivery()}/redeliver"),
            "release_hold": lambda: self.post(self.bob, f"holds/{self.hold()}/release"),
        }

    def get(self, who: Caller, path: str, **asked: str) -> Any:
        return (self.stranger or who).get(self.with_query(path), **({} if self.query else asked))

    def post(self, who: Caller, path: str, body: Any = None) -> Any:
        return (self.stranger or who).post(self.with_query(path), body, key=self.key)

    def with_query(self, path: str) -> str:
        return f"{path}?{self.query}" if self.query else path

    def pay(self, amount: str) -> dict[str, str]:
        return {"payee": "bob", "amount": amount, "currency": "GBP"}

    def asked(self) -> dict[str, str]:
        return {"payer": "bob", "amount": "1.00", "currency": "GBP", "note": "tickets"}

    def two_step(self) -> dict[str, Any]:
        return {"payee": "bob", "amount": "1.00", "purpose": "authorization", "lives_s": 3600}

    def payroll(self) -> dict[str, Any]:
        rows = [{"payee": "alice", "amount": "1.00", "note": "May"}, {"payee": "bob", "amount": "2.50"}]
        return {"title": f"Payroll {uuid4()}", "rows": rows}

    def from_outside(self) -> dict[str, str]:
        return {"to": "alice", "amount": "5.00", "currency": "GBP", "reference": f"T{uuid4().hex}"}

    def deposit(self) -> str:
        return self.case.done(self.bank.post("deposits", self.from_outside()))["id"]

    def to_outside(self) -> dict[str, str]:
        account = an_account(self.alice.user)
        return {"amount": "1.00", "currency": "GBP", "payout_account": str(account.reference)}

    def withdrawal(self) -> str:
        return self.case.done(self.alice.post("withdrawals", self.to_outside()))["id"]

    def order(self) -> str:
        return str(filed(self.alice.user, "1").reference)

    def wanted(self) -> dict[str, Any]:
        lines = [{"variant": str(self.mate.reference), "quantity": 2}]
        return {"lines": lines, "price_shown": "2.40", "currency": "GBP"}

    def bought(self) -> str:
        return self.case.done(self.alice.post("purchases", self.wanted()))["orders"][0]["id"]

    def mass_payment(self) -> str:
        return self.case.done(self.tess.post("mass-payments", self.payroll()))["id"]

    def sent(self) -> str:
        return self.case.done(self.alice.post("transfers", self.pay("1.00")))["id"]

    def quote(self) -> str:
        return self.case.done(self.alice.post("quotes", self.pay("1.00")))["id"]

    def heard(self) -> Any:
        self.sent()
        tell_events()
        return self.get(self.alice, "events")

    def webhook(self) -> str:
        """The newest webhook; a person may have ten."""
        Endpoint.objects.filter(user=self.alice.user).delete()
        return self.case.done(self.alice.post("webhooks", HOOK))["id"]

    def delivery(self) -> str:
        webhook = self.webhook()
        self.sent()
        tell_events(plan_deliveries)
        return self.case.done(self.alice.get(f"webhooks/{webhook}/deliveries"), 200)["deliveries"][0]["id"]

    def request(self) -> str:
        self.case.forget_limits()
        return self.case.done(self.alice.post("requests", self.asked()))["id"]

    def hold(self) -> str:
        return self.case.done(self.alice.post("holds", self.two_step()))["id"]
