"""Access tokens of the JSON API: which requests are authenticated, and which are refused."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.models import ApiToken
from accounts.tokens import service as api_tokens
from accounts.tokens import tries
from tests.cast import PASSWORD, person
from tests.runner import as_owner

from .base import ApiTestCase, Caller


class Tokens(ApiTestCase):
    def token(self) -> ApiToken:
        return ApiToken.objects.get(pk=self.alice.token.pk)

    def assert_secret_refused(self, secret: str | None = None) -> None:
        self.alice.secret = secret if secret is not None else self.alice.secret
        self.assert_problem(self.alice.get("wallet"), 401, "token_invalid")

    def test_the_secret_is_kept_nowhere(self) -> None:
        secret = self.alice.secret
        self.assertRegex(secret, r"\Apurse_[0-9A-Za-z]{40}\Z")
        self.assertEqual(self.token().digest, hashlib.sha256(secret.encode()).hexdigest())
        self.assertEqual(self.token().prefix, secret[:10])

    def test_wrong_ones_are_refused(self) -> None:
        right = self.alice.secret
        for wrong in ("", "purse_", right[:-1], right + "x", "purse_" + "x" * 40, f"{right} {right}", "\u00e9"):
            with self.subTest(wrong):
                self.assert_secret_refused(wrong)

    def test_a_wrong_one_is_called_one_and_none_at_all_is_not(self) -> None:
        for headers, error in (({}, ""), ({"Authorization": "Bearer purse_"}, ', error="invalid_token"')):
            answer = Client().get("/api/v1/wallet", headers=headers)
            self.assert_problem(answer, 401, "token_invalid")
            self.assertEqual(answer.headers["WWW-Authenticate"], f'Bearer realm="api"{error}')

    def test_a_wrong_one_costs_one_query_by_its_index_and_its_count(self) -> None:
        with self.assertNumQueries(2):
            self.assert_secret_refused("purse_" + "x" * 40)
        with connection.cursor() as cursor:
            cursor.execute("SET enable_seqscan = off")
            cursor.execute("EXPLAIN SELECT 1 FROM accounts_apitoken WHERE digest = 'x'")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            cursor.execute("SET enable_seqscan = on")
        self.assertRegex(plan, r"Index (Only )?Scan using accounts_apitoken_digest")

    def test_that_are_wrong_are_refused_before_any_query_once_an_origin_sent_thirty(self) -> None:
        here, wrong = "198.51.100.7", "purse_" + "x" * 40
        self.done(self.wallet(self.alice.secret, here), 200)
        self.use_up(here, wrong)
        for secret in ("purse_" + "y" * 40, "nonsense", self.bob.secret):  # Bob's was not seen from anywhere yet
            with self.subTest(secret), self.assertNumQueries(0):
                answer = self.wallet(secret, here)
            self.assert_problem(answer, 429, "too_many")
            self.assertGreater(int(answer.headers["Retry-After"]), 0)
        self.done(self.wallet(self.alice.secret, here), 200)
        self.done(self.bob.get("wallet"), 200)  # from another origin
        tries._refused[here] -= dt.timedelta(hours=2)  # time passes for this process
        self.done(self.wallet(self.bob.secret, here), 200)

    def wallet(self, secret: str, origin: str) -> Any:
        headers = {"Authorization": f"Bearer {secret}"}
        return Client().get("/api/v1/wallet", headers=headers, REMOTE_ADDR=origin)

    def use_up(self, origin: str, wrong: str) -> None:
        """Sends a wrong token until it is refused. Then the wait becomes longer than the test."""
        answers = [401]
        while answers[-1] == 401 and len(answers) < 100:
            answers.append(self.wallet(wrong, origin).status_code)
        self.assertEqual(answers[-1], 429)
        self.assertGreaterEqual(answers.count(401), 31)
        tries._refused[origin] += dt.timedelta(hours=1)

    def test_that_were_valid_before_are_bad_ones_now(self) -> None:
        """A token that was revoked does not open the way for queries."""
        here, old = "198.51.100.8", self.alice.secret
        self.done(self.wallet(old, here), 200)
        api_tokens.revoke_all(self.alice.user)
        self.use_up(here, old)
        with self.assertNumQueries(0):
            self.assert_problem(self.wallet(old, here), 429, "too_many")

    def test_expired_and_revoked_ones_are_refused(self) -> None:
        with self.subTest("expired"):
            ApiToken.objects.update(expires_at=self.token().created_at)
            self.assert_secret_refused()
        ApiToken.objects.update(expires_at=self.token().created_at + dt.timedelta(days=1))
        self.done(self.alice.get("wallet"), 200)
        with self.subTest("revoked"):
            self.assertTrue(api_tokens.revoke(user=self.alice.user, reference=self.token().reference))
            self.assert_secret_refused()

    def test_frozen_and_inactive_people_have_none(self) -> None:
        for change in ({"frozen": True}, {"is_active": False}):
            with self.subTest(change):
                before = {name: getattr(self.alice.user, name) for name in change}
                type(self.alice.user).objects.filter(pk=self.alice.user.pk).update(**change)
                self.assert_secret_refused()
                type(self.alice.user).objects.filter(pk=self.alice.user.pk).update(**before)
        self.done(self.alice.get("wallet"), 200)

    def test_a_session_opens_nothing(self) -> None:
        signed_in = Client()
        self.assertTrue(signed_in.login(username="alice", password=PASSWORD))
        self.assert_problem(signed_in.get("/api/v1/wallet"), 401, "token_invalid")

    def test_a_token_is_whose_it_is_whoever_is_signed_in(self) -> None:
        self.alice.client.force_login(person("bob"))
        self.assertEqual(
            self.done(self.alice.get("wallet"), 200)["id"], self.done(Caller("alice").get("wallet"), 200)["id"]
        )

    def test_it_needs_no_csrf_token(self) -> None:
        self.alice.client = Client(enforce_csrf_checks=True)
        self.alice.client.force_login(self.alice.user)
        self.done(self.send())

    def test_a_database_that_refuses_the_query_is_a_problem_too(self) -> None:
        as_owner(connection.settings_dict["NAME"], ["REVOKE SELECT ON accounts_apitoken FROM wallet_web"])
        self.assert_problem(self.alice.get("wallet"), 500, "internal_error")

    def test_a_database_that_is_away_is_called_that(self) -> None:
        """The answer is 503 with Retry-After, not an error that blames the request."""
        host = connection.settings_dict["HOST"]
        connection.close()
        connection.settings_dict["HOST"] = "/nowhere"
        try:
            answers = [self.alice.get("wallet"), self.send()]
        finally:
            connection.settings_dict["HOST"] = host
        for answer in answers:
            self.assert_problem(answer, 503, "database_down")
            self.assertGreater(int(answer.headers["Retry-After"]), 0)

    def test_only_the_header_counts(self) -> None:
        self.assert_problem(Client().get(f"/api/v1/wallet?access_token={self.alice.secret}"), 401, "token_invalid")
        basic = Client().get("/api/v1/wallet", headers={"Authorization": f"Basic {self.alice.secret}"})
        self.assert_problem(basic, 401, "token_invalid")

    def test_the_last_use_is_noted_once_a_minute(self) -> None:
        self.alice.get("wallet")
        first = self.token().last_used_at
        assert first is not None
        self.alice.get("wallet")
        self.assertEqual(self.token().last_used_at, first)
        ApiToken.objects.update(last_used_at=first - dt.timedelta(seconds=61))
        self.alice.get("wallet")
        last = self.token().last_used_at
        assert last is not None
        self.assertGreaterEqual(last, first)

    def test_none_lives_longer_than_a_year_or_allows_nothing(self) -> None:
        for scopes, days in ((["wallet:read"], 367), ([], 30)):
            with self.subTest(days=days), self.assertRaises(IntegrityError), transaction.atomic():
                api_tokens.issue(user=self.alice.user, name="x", scopes=scopes, lives=dt.timedelta(days=days))
