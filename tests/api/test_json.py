"""Malformed and hostile request bodies: each is refused with a 4xx problem, none causes a 500, and no money moves."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from uuid import uuid4

from .base import ApiTestCase

UNREADABLE = (
    b"",
    b"{",
    b"nonsense",
    b"\xff\xfe{\x00}\x00",
    b'\xef\xbb\xbf{"payee": "bob", "amount": "1", "currency": "GBP"}',
    b'{"payee": "bob", "amount": NaN, "currency": "GBP"}',
    b'{"payee": "bob", "amount": -Infinity, "currency": "GBP"}',
    b'{"payee": "bob", "amount": "1", "amount": "1000", "currency": "GBP"}',
    b'{"payee": "bob", "amount": "1", "currency": "GBP", "note": "\\ud800"}',
    b'{"payee": "bob", "amount": "1", "currency": "GBP", "note": "a\\u0000b"}',
    b'{"payee": "bob", "amount": "1", "currency": "GBP", "a\\u0000b": ""}',
    b'{"payee": "bob", "amount": "1", "currency": "GBP", "note": "\xff"}',
    b"[" * 20 + b"]" * 20,
    b"[" * 30_000,
    b"1" * 5_000,
)
INVALID = (
    ("null", b"null"),
    ("list", b"[]"),
    ("text", b'"x"'),
    ("empty", b"{}"),
    ("amount", b'{"payee": "bob", "amount": 1, "currency": "GBP"}'),
    ("amount", b'{"payee": "bob", "amount": 1.5, "currency": "GBP"}'),
    ("amount", b'{"payee": "bob", "amount": 1e400, "currency": "GBP"}'),
    ("amount", b'{"payee": "bob", "amount": true, "currency": "GBP"}'),
    ("amount", b'{"payee": "bob", "amount": null, "currency": "GBP"}'),
    ("amount", b'{"payee": "bob", "amount": ["1"], "currency": "GBP"}'),
    ("amount", b'{"payee": "bob", "amount": {"$gt": ""}, "currency": "GBP"}'),
    ("currency", b'{"payee": "bob", "amount": "1"}'),
    ("currency", b'{"payee": "bob", "amount": "1", "currency": "gbp"}'),
    ("currency", b'{"payee": "bob", "amount": "1", "currency": "XXX"}'),
    ("payee", b'{"payee": "", "amount": "1", "currency": "GBP"}'),
    ("payee", b'{"payee": 7, "amount": "1", "currency": "GBP"}'),
    ("note", b'{"payee": "bob", "amount": "1", "currency": "GBP", "note": null}'),
    ("note", b'{"payee": "bob", "amount": "1", "currency": "GBP", "note": "' + b"x" * 141 + b'"}'),
    ("note", b'{"payee": "bob", "amount": "1", "currency": "GBP", "note": "a\\u0007b"}'),
    ("tip", b'{"payee": "bob", "amount": "1", "currency": "GBP", "tip": "1"}'),
    ("quote", b'{"quote": "1"}'),
    ("quote", b'{"quote": 1}'),
    ("amount", b'{"quote": "5e2c7e8a-1b0f-4c55-8a53-0d0c9f6b7a10", "amount": "1"}'),
)
AMOUNTS = {
    "amount_unreadable": (
        "",
        " ",
        "1,00",
        "1 000",
        "1_000",
        "1e3",
        "+1",
        "0x1",
        ".5",
        "5.",
        "01",
        "1.0.0",
        "NaN",
        "１",
        "١",
        "½",
        " 1",
        "1\n",
        "£1",
        "--1",
    ),
    "amount_too_precise": ("1.001", "0.000"),
    "amount_not_positive": ("0", "0.00", "-1", "-0"),
    "amount_too_large": ("10000000000000.01", "9" * 30),
}


class Bodies(ApiTestCase):
    def tearDown(self) -> None:
        self.assertEqual((self.balance(self.alice), self.balance(self.bob)), ("1000.00", "1000.00"))

    def test_what_is_no_json_is_unreadable(self) -> None:
        for body in UNREADABLE:
            with self.subTest(body[:60]):
                answer = self.alice.post("transfers", body)
                if body:
                    self.assert_problem(answer, 400, "json_unreadable")
                else:
                    self.assert_problem(answer, 422, "invalid")

    def test_what_is_other_json_is_invalid_and_the_field_is_named(self) -> None:
        for field, body in INVALID:
            with self.subTest(body[:80]):
                problem = self.assert_problem(self.alice.post("transfers", body), 422, "invalid")
                named = {error["field"] for error in problem["errors"]}
                self.assertTrue(all(error["message"] for error in problem["errors"]))
                if field not in ("null", "list", "text", "empty"):
                    self.assertIn(field, named)
                self.assertNotIn("", named)

    def test_an_amount_is_digits_and_at_most_a_point(self) -> None:
        for code, amounts in AMOUNTS.items():
            for amount in amounts:
                with self.subTest(amount):
                    self.assert_problem(self.send(amount=amount), 422, code, field="amount")

    def test_an_amount_is_in_the_wallets_currency(self) -> None:
        body = {"payee": "bob", "amount": "1", "currency": "EUR"}
        for path in ("transfers", "quotes"):
            self.assert_problem(self.alice.post(path, body), 422, "other_currency", field="currency")

    def test_seconds_are_whole_numbers(self) -> None:
        for lives in (True, "3600", 3600.5, 0, -1, 10**12, 10**400):
            with self.subTest(lives):
                body = {"payee": "bob", "amount": "1", "purpose": "two_step", "lives_s": lives}
                problem = self.assert_problem(self.alice.post("holds", body), 422, "invalid")
                self.assertEqual(problem["errors"][0]["field"], "lives_s")

    def test_another_content_type_is_not_read(self) -> None:
        body = b'{"payee": "bob", "amount": "1", "currency": "GBP"}'
        headers = {"Authorization": f"Bearer {self.alice.secret}", "Idempotency-Key": str(uuid4())}
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
            with self.subTest(kind):
                answer = self.alice.client.generic(
                    "POST", "/api/v1/transfers", body, content_type=kind, headers=headers
                )
                self.assert_problem(answer, 415, "not_json")

    def test_64_kb_are_the_most(self) -> None:
        fits = b'{"payee": "nobody", "amount": "1", "currency": "GBP"}'.ljust(64 * 1024)
        self.assert_problem(self.alice.post("transfers", fits), 422, "user_unknown", field="payee")
        self.assert_problem(self.alice.post("transfers", fits + b" "), 413, "body_too_large")

    def test_a_body_in_pieces_is_refused_rather_than_overlooked(self) -> None:
        headers = {"Authorization": f"Bearer {self.alice.secret}", "Idempotency-Key": str(uuid4())}
        headers |= {"Transfer-Encoding": "chunked"}
        answer = self.alice.client.generic("POST", "/api/v1/transfers", headers=headers)
        self.assert_problem(answer, 411, "length_required")

    def test_in_http2_only_the_body_tells_that_it_has_no_length(self) -> None:
        """HTTP/2 sends no Transfer-Encoding header, so the server must read the body to notice it.

        Otherwise the server would ignore an amount sent to an operation that takes no body, such as this reversal: the
        caller asks for a part, and all of it moves.
        """
        headers = {"Authorization": f"Bearer {self.alice.secret}", "Idempotency-Key": str(uuid4())}
        path = f"/api/v1/transfers/{self.done(self.send())['id']}/reversal"
        for body, status in ((b'{"amount": "1.00"}', 411), (b"", 201)):
            arrives: dict[str, Any] = {"SERVER_PROTOCOL": "HTTP/2", "wsgi.input": BytesIO(body)}
            answer = self.alice.client.generic("POST", path, headers=headers, **arrives)
            self.assertEqual(answer.status_code, status, answer.content)

    def test_where_no_body_belongs_none_is_taken(self) -> None:
        sent = self.done(self.send())["id"]
        self.assert_problem(self.alice.post(f"transfers/{sent}/reversal", {"amount": "1.00"}), 422, "invalid")
        self.done(self.alice.post(f"transfers/{sent}/reversal", {}))

    def test_who_is_not_there_is_not_found(self) -> None:
        for name in ("nobody", "x' OR 1=1 --", "../alice", "@", "💸"):
            with self.subTest(name):
                self.assert_problem(self.send(name), 422, "user_unknown", field="payee")


class Addresses(ApiTestCase):
    def test_every_wrong_one_is_a_problem(self) -> None:
        for path in ("", "nope", "wallet/", "transfers/1", "transfers/x/reversal", "wallet/entries/7", "%00", "%ff"):
            for method in ("GET", "POST"):
                with self.subTest(f"{method} {path}"):
                    answer = self.alice.client.generic(method, f"/api/v1/{path}")
                    self.assert_problem(answer, 404, "not_found")
        self.assert_problem(self.alice.client.get("/api/"), 404, "not_found")

    def test_a_wrong_host_is_told_so_in_json(self) -> None:
        answer = self.alice.client.get("/api/v1/wallet", headers={"Host": "evil.example"})
        self.assert_problem(answer, 400, "bad_request")

    def test_moments_are_rfc_3339(self) -> None:
        for at in (
            "1700000000",
            "2026-01-01",
            "2026-01-01T00:00:00",
            "2026-13-01T00:00:00Z",
            "now",
            "0001-01-01T00:00:00+01:00",
        ):
            with self.subTest(at):
                problem = self.assert_problem(self.alice.get("wallet/balance", at=at), 422, "invalid")
                self.assertEqual(problem["errors"][0]["field"], "at")
        for at in ("2026-01-01T00:00:00Z", "2026-01-01t00:00:00.123456+23:59", "1452-04-17T05:25:33.2+16:41"):
            with self.subTest(at):
                self.assertEqual(self.done(self.alice.get("wallet/balance", at=at), 200)["balance"], "0.00")
