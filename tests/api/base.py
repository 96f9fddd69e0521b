"""The base class of tests of the JSON API, and a caller with a real access token."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.test import Client

from accounts.tokens import service as api_tokens
from api.access import known_scopes
from api.codes import CODES
from api.face import document
from tests.base import MoneyTestCase
from tests.cast import person
from web.models import Allowance

EVERY_SCOPE = tuple(known_scopes)


class Caller:
    """A program that acts for one person, with this person's access token. By default the token has all scopes."""

    def __init__(self, username: str, *, scopes: tuple[str, ...] = EVERY_SCOPE) -> None:
        self.user = person(username)
        self.token, self.secret = api_tokens.issue(
            user=self.user, name="test", scopes=scopes, lives=dt.timedelta(days=30)
        )
        self.client = Client(raise_request_exception=False)

    def get(self, path: str, **asked: Any) -> Any:
        return as_documented(self.client.get(f"/api/v1/{path}", asked, headers=self._headers()))

    def post(self, path: str, body: Any = None, *, key: UUID | str | None = None, **headers: str) -> Any:
        """Posts `body` as JSON under an Idempotency-Key: a new one if `key` is None, none if `key` is ""."""
        sent = self._headers() | headers
        if key != "":
            sent["Idempotency-Key"] = str(key or uuid4())
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        return as_documented(
            self.client.generic("POST", f"/api/v1/{path}", content, content_type="application/json", headers=sent)
        )

    def call(self, method: str, path: str) -> Any:
        return self.client.generic(method, f"/api/v1/{path}", headers=self._headers())

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}


def as_documented(answer: Any) -> Any:
    """Returns `answer` unchanged. Fails if its status or its code is not documented for its operation.

    500 is excepted: no operation documents it.
    """
    asked = answer.wsgi_request
    for path, methods in document()["paths"].items():
        found = methods.get(asked.method.lower())
        if found and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), asked.path) and answer.status_code != 500:
            documented = found["responses"].get(answer.status_code)
            assert documented, (found["operationId"], answer.status_code, answer.content)
            if answer.status_code >= 400:
                assert f"`{answer.json()['code']}`" in documented["description"], (found["operationId"], answer.content)
    return answer


class ApiTestCase(MoneyTestCase):
    def setUp(self) -> None:
        self.alice, self.bob, self.carla = Caller("alice"), Caller("bob"), Caller("carla")

    def send(self, to: str = "bob", amount: str = "10.00", *, caller: Caller | None = None, **more: Any) -> Any:
        caller = caller or self.alice
        return caller.post("transfers", {"payee": to, "amount": amount, "currency": caller.user.currency}, **more)

    def done(self, answer: Any, status: int = 201) -> dict[str, Any]:
        self.assertEqual(answer.status_code, status, answer.content)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        return answer.json()

    def assert_problem(self, answer: Any, status: int, code: str, *, field: str | None = None) -> dict[str, Any]:
        """Asserts the one shape that all errors have, whichever layer raised them, and returns the problem document."""
        self.assertEqual((answer.status_code, answer.headers["Content-Type"]), (status, "application/problem+json"))
        problem = answer.json()
        self.assertEqual((problem["status"], problem["code"]), (status, code), problem)
        self.assertEqual(problem["type"], f"{settings.SITE_ADDRESS}/api/docs#{code}")
        self.assertEqual(CODES[code].status, status)
        self.assertTrue(problem["title"] and problem["detail"])
        if "Idempotent-Replayed" not in answer.headers:
            self.assertEqual(problem["request_id"], answer.headers["X-Request-Id"])
        self.assertEqual(problem.get("field"), field)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        return problem

    def forget_limits(self) -> None:
        """For tests that ask the same person for money more often than the limits allow."""
        Allowance.objects.all().delete()

    def balance(self, caller: Caller) -> str:
        return self.done(caller.get("wallet"), 200)["balance"]
