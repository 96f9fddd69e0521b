"""Every 429 says when the next try is allowed, and keeps the form. The places are found by walking, not from a list.

A trigger makes limits refuse. Each round walks all pages and operations and sends every form on them. A limit that
refused in a round lets pass in the next ones, so that the limits behind it are reached. In the end each limit of the
code must have refused somewhere.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from typing import Any
from unittest import mock
from urllib.parse import urlsplit
from uuid import uuid4

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse

from accounts.models import User
from accounts.tokens import tries as bad_tokens
from tests.api.base import ApiTestCase, Caller
from tests.api.test_every_operation import operations
from tests.cast import PASSWORD, PIN, person
from tests.runner import as_owner
from tests.shop.kiosks import Kiosk, a_device
from tests.web.test_nul import addresses
from web.limits import Limit

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
TYPED = {
    "login": "alice",
    "username": "newcomer",
    "recipient": "bob",
    "payer": "bob",
    "payee": "bob",
    "member": "bob",
    "amount": "1",
    "code": "000000",
    "pin": PIN,
    "new_pin": "508213",
    "new_pin_again": "508213",
    "first_name": "New",
    "last_name": "Comer",
    "name": "Shop",
}
LEFT_OUT = ("logout", "/admin/", "deactivate")  # they end what the other forms need
REFUSES = [
    "CREATE TABLE refused (name text PRIMARY KEY, is_over boolean NOT NULL DEFAULT false)",
    "GRANT ALL ON refused TO PUBLIC",
    """CREATE FUNCTION refuses() RETURNS trigger LANGUAGE plpgsql AS $$
       DECLARE limit_name text := split_part(NEW.subject, ':', 1);
       BEGIN
           IF EXISTS (SELECT FROM refused WHERE name = limit_name AND is_over) THEN RETURN NEW; END IF;
           INSERT INTO refused VALUES (limit_name) ON CONFLICT DO NOTHING;
           RETURN NULL;
       END $$""",
    "CREATE TRIGGER refuses BEFORE INSERT ON web_allowance FOR EACH ROW EXECUTE FUNCTION refuses()",
]


class Forms(HTMLParser):
    """The POST forms of a page: (address, what they send, the names of what a browser shows as typed)."""

    def __init__(self, page: str, text: str) -> None:
        super().__init__()
        self.page, self.found = page, list[tuple[str, dict[str, str], set[str]]]()
        self._open, self._select = False, ""
        self.feed(text)

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        attrs = {name: value or "" for name, value in pairs}
        name, kind = attrs.get("name", ""), attrs.get("type", "text")
        if tag == "form":
            self._open = attrs.get("method") == "post"
            if self._open:
                self.found.append((attrs.get("action") or self.page, {}, set()))
        elif tag == "option" and self._open and "selected" in attrs:
            self.found[-1][1][self._select] = attrs.get("value", "")
        elif tag == "select":
            self._select = name
        elif tag in ("input", "button", "textarea") and self._open and name and name != "csrfmiddlewaretoken":
            self._fill(name, kind, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False

    def _fill(self, name: str, kind: str, attrs: dict[str, str]) -> None:
        _address, sent, shown = self.found[-1]
        if kind in ("hidden", "submit", "button") or (kind in ("checkbox", "radio") and name not in sent):
            sent[name] = attrs.get("value", "")
        elif kind == "password" and name not in TYPED:
            sent[name] = PASSWORD
        elif kind not in ("checkbox", "radio", "file"):
            sent[name] = TYPED.get(name) or ("new@example.org" if kind == "email" else "Something")
            shown.update({name} if kind != "password" and name != "code" else ())


@override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory", SIGN_UP="open")
class TooManyTries(ApiTestCase):
    left_out: Sequence[str] = ()

    def setUp(self) -> None:
        super().setUp()
        _device, self.token = a_device()

    def test_are_answered_with_when_to_try_again_wherever_they_are(self) -> None:
        as_owner(connection.settings_dict["NAME"], REFUSES)
        known = {each.name for each in gc.get_objects() if type(each) is Limit} - {"three"}
        self.assertGreater(len(known), 10)
        for _round in range(6):
            self.walk()
            if self.end_of_round() == 0:
                break
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM refused")
            self.assertEqual({name for (name,) in cursor.fetchall()}, known, "a limit that no walk has reached")

    def test_of_a_pin_are_answered_so_too(self) -> None:
        self.prepare()
        User.objects.update(pin_locked_until="2100-01-01 00:00Z")
        self.left_out = [reverse("new_pin")]  # it opens the lock
        with mock.patch.object(self, "prepare"):
            self.assertGreater(self.walk(), 3)

    def walk(self) -> int:
        """Sends every form of every page, and calls every operation. Returns how many were answered 429."""
        self.prepare()
        refused = 0
        for browser in self.browsers():
            seen = set[tuple[str, tuple[str, ...]]]()
            for page in sorted(set(addresses())):
                if not page.startswith("/api"):
                    refused += self.send_forms_on(browser, page, seen)
        return refused + self.ask_for_another_address() + self.call_operations() + self.call_json_wallet()

    def ask_for_another_address(self) -> int:
        """The page for who signs in without a confirmed address. A browser that walks on leaves it."""
        unconfirmed, page = Client(), reverse("account_email_verification_sent")
        unconfirmed.post(reverse("account_login"), {"login": "yuki", "password": PASSWORD})
        told = unconfirmed.post(page, {"email": "new@example.org"})
        if told.status_code == 429:
            self.check(told, page, {"new@example.org"})
        return int(told.status_code == 429)

    def prepare(self) -> None:
        for user in User.objects.all():
            user.set_password(PASSWORD)
            user.save()
            user.set_pin(PIN)
        Authenticator.objects.all().delete()
        TOTP.activate(person("alice"), SECRET)
        EmailAddress.objects.filter(verified=False).delete()
        EmailAddress.objects.create(user=person("alice"), email="other@example.org", verified=False)
        EmailAddress.objects.filter(user=person("yuki")).delete()
        EmailAddress.objects.create(user=person("yuki"), email="yuki@example.org", primary=True, verified=False)
        User.objects.filter(username__startswith="newcomer").update(username="old" + uuid4().hex[:8])
        bad_tokens._refused.clear()

    def browsers(self) -> Iterator[Client]:
        stranger, half = Client(), Client()
        half.post(reverse("account_login"), {"login": "alice", "password": PASSWORD})  # its code is still missing
        member, treasurer = Client(), Client()
        member.force_login(person("alice"))
        session = member.session
        session["account_authentication_methods"] = [{"method": "password", "at": 2**40, "reauthenticated": True}]
        session.save()
        treasurer.force_login(person("tess"))
        yield from (Kiosk(self.token), stranger, half, member, treasurer)  # the last one revokes the kiosk

    def send_forms_on(self, browser: Client, page: str, seen: set[tuple[str, tuple[str, ...]]]) -> int:
        """Sends the forms on this page, and those on pages to which they lead."""
        answer = browser.get(page, follow=True)
        return self.send_forms_in(browser, answer, answer.wsgi_request.path, seen)

    def send_forms_in(self, browser: Client, answer: Any, here: str, seen: set[tuple[str, tuple[str, ...]]]) -> int:
        refused = 0
        is_page = answer.headers.get("Content-Type", "").startswith("text/html")
        for address, sent, shown in Forms(here, answer.content.decode()).found if is_page else ():
            if (address, tuple(sent)) in seen or any(part in address for part in LEFT_OUT) or address in self.left_out:
                continue
            seen.add((address, tuple(sent)))
            told = browser.post(address, sent)
            if told.status_code == 429:
                refused += 1
                self.check(told, address, {sent[name] for name in shown})
            elif told.status_code == 302 and urlsplit(told.headers["Location"]).path != here:
                refused += self.send_forms_on(browser, told.headers["Location"], seen)
            elif told.status_code == 200:
                refused += self.send_forms_in(browser, told, address, seen)
        return refused

    def check(self, told: Any, address: str, typed: set[str]) -> None:
        with self.subTest(address):
            self.assertGreaterEqual(int(told.headers["Retry-After"]), 1)
            text = told.content.decode()
            self.assertRegex(text, r"You can try again at .* \(in .*\)|Your PIN is locked until")
            self.assertIn('class="brand"', text)  # a page of ours
            for value in typed:
                self.assertIn(f'value="{value}"', text)

    def call_operations(self) -> int:
        refused = 0
        callers = [Caller("alice"), Caller("tess"), Caller("bob")]
        callers[2].secret = "purse_" + "x" * 40
        for name, method, path, _found in operations():
            for caller in callers:
                body = {"payer" if name == "create_request" else "payee": "bob", "amount": "1.00"}
                address = path.replace("{id}", str(uuid4()))
                answer = caller.get(address) if method == "GET" else caller.post(address, body)
                if answer.status_code == 429:
                    refused += 1
                    with self.subTest(name):
                        problem = self.assert_problem(answer, 429, "too_many")
                        self.assertGreaterEqual(int(answer.headers["Retry-After"]), 1)
                        self.assertIn("You can try again at", problem["detail"])
        return refused

    def call_json_wallet(self) -> int:
        """The calls of the JSON wallet that no token opens."""
        refused, sent = 0, {"name": "Newcomer", "email": "new@example.org", "password": "wrong"}
        for call in ("signup", "login"):
            answer = Client().post(f"/api/{call}", sent, content_type="application/json")
            if answer.status_code == 429:
                refused += 1
                with self.subTest(call):
                    problem = self.assert_problem(answer, 429, "too_many")
                    self.assertGreaterEqual(int(answer.headers["Retry-After"]), 1)
                    self.assertEqual(problem["error"], "too many tries")
        return refused

    def end_of_round(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE refused SET is_over = true WHERE NOT is_over")
            return cursor.rowcount
