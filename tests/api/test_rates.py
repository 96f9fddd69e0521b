"""The rates of a token, shared by all processes, and the log of its calls."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import time
from unittest import mock
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiToken
from accounts.tokens import service as api_tokens
from api import calls, rates
from api.models import Call, Use
from tests.base import found
from tests.cast import person
from tests.runner import as_owner

from .base import ApiTestCase

ANOTHER_PROCESS = """
import sys, django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from api import rates
print(sum(not rates.spend(sys.argv[2], method="POST").is_over for _ in range(100)))
"""


def in_a_long_minute(credential: str) -> str:
    """The counts begin anew with each minute. That of this credential lasts longer than any test."""
    until = timezone.now() + dt.timedelta(hours=1)
    for rate in (rates.READS, rates.WRITES):
        Use.objects.create(subject=f"{rate.name}:{credential}", minute=until, taken=0)
    return credential


class Rates(ApiTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.mine = in_a_long_minute(f"token:{uuid4()}")

    def spent(self, credential: str, times: int, method: str = "POST") -> int:
        """How many of so many requests are let through."""
        return sum(not rates.spend(credential, method=method).is_over for _ in range(times))

    def test_let_so_many_through_and_then_none(self) -> None:
        self.assertEqual(self.spent(self.mine, 150), 120)
        self.assertEqual(self.spent(self.mine, 650, "GET"), 600)  # reads have a rate of their own
        self.assertEqual(self.spent(f"token:{uuid4()}", 10), 10)  # and so has each token
        rates._known[f"writes:{self.mine}"].ends_at = 0  # the minute is over, for this process
        Use.objects.update(minute="2020-01-01 00:00Z")  # and for all
        self.assertEqual(self.spent(self.mine, 150), 120)

    def test_are_shared_by_processes_and_never_exceeded_by_all_together(self) -> None:
        command = [sys.executable, "-c", ANOTHER_PROCESS, connection.settings_dict["NAME"], self.mine]
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
        others = [subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) for _ in range(2)]
        through = [int(other.communicate(timeout=120)[0]) for other in others]
        self.assertTrue(all(0 < each <= 100 for each in through), through)
        self.assertEqual(sum(through), 120)

    def test_cost_one_query_for_ten_requests(self) -> None:
        with self.assertNumQueries(1):
            self.spent(self.mine, 10)
        with self.assertNumQueries(1):
            self.spent(self.mine, 10)

    def test_ask_no_more_once_they_are_used_up(self) -> None:
        self.spent(self.mine, 121)
        with self.assertNumQueries(0):
            self.assertEqual(self.spent(self.mine, 50), 0)

    def test_are_open_without_their_table(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'api_use'")
            self.assertEqual(cursor.fetchone(), ("u",))  # a crash empties it, and a write needs no log
        as_owner(connection.settings_dict["NAME"], ["DROP TABLE api_use"])
        self.assertEqual(self.spent(self.mine, 500), 500)
        self.done(self.alice.get("wallet"), 200)

    def test_are_told_with_every_answer(self) -> None:
        in_a_long_minute(self.alice.token.credential)
        first = self.alice.get("wallet")
        self.assertEqual(first.headers["RateLimit-Policy"], '"reads";q=600;w=60')
        self.assertRegex(first.headers["RateLimit"], r'^"reads";r=599;t=\d+$')
        self.assertIn('"reads";r=598;', self.alice.get("wallet").headers["RateLimit"])
        sent = self.send()
        self.assertEqual(sent.headers["RateLimit-Policy"], '"writes";q=120;w=60')
        self.assertNotIn("RateLimit", Client().get("/api/v1/wallet").headers)

    def test_above_the_answer_says_when(self) -> None:
        self.spent(in_a_long_minute(self.alice.token.credential), 120)
        answer = self.send()
        problem = self.assert_problem(answer, 429, "too_many")
        self.assertIn("You can try again in", problem["detail"])
        self.assertEqual(found(r"in (\d+) seconds", problem["detail"]), answer.headers["Retry-After"])
        self.assertIn('"writes";r=0;', answer.headers["RateLimit"])
        self.done(self.alice.get("wallet"), 200)
        self.done(self.send("alice", caller=self.bob))


class TheLogOfCalls(ApiTestCase):
    def setUp(self) -> None:
        super().setUp()
        calls._counted.clear()
        self.browser = Client()
        self.browser.force_login(self.alice.user)

    def page(self) -> str:
        return self.browser.get(reverse("token_use", args=[self.alice.token.reference])).content.decode()

    def test_tells_the_owner_of_calls_and_refusals_of_each_day(self) -> None:
        for _ in range(3):
            self.alice.get("wallet")
        self.send("nobody")
        self.bob.get("wallet")
        self.assertRegex(self.page(), r"<td>4</td>\s*<td>1</td>")
        self.alice.get("wallet")
        Call.objects.create(credential=self.alice.token.credential, day=dt.date(2026, 1, 2), status=200, calls=7)
        page = self.page()
        self.assertRegex(page, r"<td>5</td>\s*<td>1</td>")
        self.assertRegex(page, r"<td>2 Jan 2026</td>\s*<td>7</td>\s*<td>0</td>")

    def test_is_written_once_a_minute(self) -> None:
        self.alice.get("wallet")
        with self.assertNumQueries(2):  # the token, its wallet
            self.alice.get("wallet")
        self.assertFalse(Call.objects.exists())
        with mock.patch.object(calls, "_written_at", time.monotonic() - 61):
            self.alice.get("wallet")
        self.assertEqual(Call.objects.get().calls, 3)

    def test_loses_nothing_while_it_cannot_be_written(self) -> None:
        name = connection.settings_dict["NAME"]
        self.alice.get("wallet")
        as_owner(name, ["ALTER TABLE api_call RENAME TO away"])
        calls.write()
        as_owner(name, ["ALTER TABLE away RENAME TO api_call"])
        calls.write()
        self.assertEqual(Call.objects.get().calls, 1)

    def test_is_nobody_elses(self) -> None:
        self.browser.force_login(self.bob.user)
        address = reverse("token_use", args=[self.alice.token.reference])
        self.assertEqual(self.browser.get(address).status_code, 404)
        self.assertEqual(Client().get(address).status_code, 302)

    def test_is_forgotten_after_ninety_days(self) -> None:
        for day in (timezone.now().date() - dt.timedelta(days=91), timezone.now().date()):
            Call.objects.create(credential="token:x", day=day, status=200, calls=1)
        Use.objects.create(subject="reads:token:x", minute="2026-01-01 00:00Z", taken=10)
        self.assertEqual(calls.forget_the_old(), 2)
        self.assertEqual(Call.objects.count(), 1)


class Addresses(ApiTestCase):
    """A token that may be used from some addresses only."""

    def issued(self, *networks: str) -> tuple[ApiToken, str]:
        alice, lives = person("alice"), dt.timedelta(days=1)
        return api_tokens.issue(user=alice, name="x", scopes=["wallet:read"], lives=lives, networks=networks)

    def wallet(self, *networks: str, address: str) -> int:
        _token, secret = self.issued(*networks)
        headers = {"Authorization": f"Bearer {secret}"}
        answer = Client().get("/api/v1/wallet", headers=headers, REMOTE_ADDR=address)
        if answer.status_code != 200:
            self.assert_problem(answer, 403, "address_not_allowed")
        return int(answer.status_code)

    def test_opens_for_those_alone(self) -> None:
        for networks, address, status in (
            ((), "203.0.113.9", 200),
            (("192.0.2.7/32",), "192.0.2.7", 200),
            (("192.0.2.7/32",), "192.0.2.8", 403),
            (("192.0.2.7/32",), "::ffff:192.0.2.7", 200),
            (("198.51.100.0/24", "2001:db8::/32"), "198.51.100.200", 200),
            (("198.51.100.0/24", "2001:db8::/32"), "2001:db8:1::1", 200),
            (("198.51.100.0/24", "2001:db8::/32"), "2001:db9::1", 403),
        ):
            with self.subTest(networks=networks, address=address):
                self.assertEqual(self.wallet(*networks, address=address), status)

    def test_behind_the_proxy_are_those_that_it_names_last(self) -> None:
        token, secret = api_tokens.issue(
            user=person("alice"),
            name="x",
            scopes=["wallet:read"],
            lives=dt.timedelta(days=1),
            networks=["192.0.2.7/32"],
        )
        with self.settings(ALLAUTH_TRUSTED_PROXY_COUNT=1):
            for forwarded, status in (
                ("192.0.2.7", 200),
                ("192.0.2.7, 203.0.113.9", 403),
                ("203.0.113.9, 192.0.2.7", 200),
            ):
                headers = {"Authorization": f"Bearer {secret}", "X-Forwarded-For": forwarded}
                with self.subTest(forwarded):
                    self.assertEqual(Client().get("/api/v1/wallet", headers=headers).status_code, status)
        token.refresh_from_db()
        self.assertEqual(token.last_network, "192.0.2.0/24")

    def test_of_a_refusal_are_logged_for_the_owner_and_are_no_use(self) -> None:
        calls._counted.clear()
        self.wallet("192.0.2.7/32", address="203.0.113.9")
        token = person("alice").api_tokens.latest("pk")
        self.assertIsNone(token.last_used_at)
        self.assertEqual([(day.calls, day.refused) for day in calls.days_of(token.credential)], [(1, 1)])

    def test_last_used_are_told_as_a_network(self) -> None:
        for address, network in (("203.0.113.77", "203.0.113.0/24"), ("2001:db8:1:2ff::9", "2001:db8:1:200::/56")):
            self.wallet(address=address)
            token = person("alice").api_tokens.latest("pk")
            self.assertEqual(token.last_network, network)
            browser = Client()
            browser.force_login(person("alice"))
            self.assertContains(browser.get(reverse("tokens")), f"from {network}")
