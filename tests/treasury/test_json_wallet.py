"""The JSON wallet: its calls, texts and order of errors, exact amounts, the PIN, and who may use its cookie."""

from __future__ import annotations

import datetime as dt
import json
import random
from functools import partial
from typing import Any
from uuid import uuid4

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client, SimpleTestCase, override_settings

from accounts.models import User
from accounts.tokens import service as api_tokens
from conversion.errors import AmountUnreadable
from conversion.money import CURRENCIES, Money
from ledger.models import Transfer, Wallet
from ledger.wallets import balance_of
from payments.owners import wallet_of
from tests.base import MoneyTestCase
from tests.cast import PASSWORD, PIN, balance, gbp, merchant, person, sent
from tests.concurrency.crowd import at_once
from treasury.json_wallet.numbers import Number, amount_in, amount_out, id_in
from treasury.models import Clearing, UnpinnedDay
from web.models import Allowance

from .banks import a_bank


class JsonWallet(MoneyTestCase):
    def setUp(self) -> None:
        self.alice, self.bob = wallet_of(person("alice")), wallet_of(person("bob"))

    def signed_in(self, username: str) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(person(username))
        return client

    def with_token(self, username: str, *scopes: str) -> Client:
        _, secret = api_tokens.issue(user=person(username), name="x", scopes=scopes, lives=dt.timedelta(days=1))
        return Client(raise_request_exception=False, headers={"Authorization": f"Bearer {secret}"})

    def post(self, client: Client, call: str, body: Any = None, **headers: str) -> Any:
        content = body if isinstance(body, str) else json.dumps({} if body is None else body)
        return client.post(f"/api/{call}", content, content_type="application/json", headers=headers)

    def pay(self, client: Client, amount: Any, *, to: Any = None, **more: Any) -> Any:
        return self.post(client, "wallet_to_wallet", {"wallet_id": to or self.bob.pk, "amount": amount} | more)

    def assert_said(self, answer: Any, status: int, text: str, code: str) -> None:
        """Asserts the one document of every error: the text that programs compare, beside the problem's members."""
        said = answer.json()
        self.assertEqual(
            (answer.status_code, said["error"], said["code"], said["status"]), (status, text, code, status)
        )
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        self.assertEqual(said["type"], f"{settings.SITE_ADDRESS}/api/docs#{code}")
        self.assertTrue(said["title"] and said["detail"])


@override_settings(SIGN_UP="open", ACCOUNT_EMAIL_VERIFICATION="none", OPENING_GRANT="1000.00 GBP")
class SigningUp(JsonWallet):
    def sign_up(self, **changes: Any) -> Any:
        whole = {"name": "Ivan Petrov Sidorov", "email": "ivan@example.org", "password": PASSWORD} | changes
        return self.post(Client(), "signup", {name: value for name, value in whole.items() if value is not None})

    def test_gives_an_account_a_wallet_and_the_pin_once(self) -> None:
        answer = self.sign_up()
        user = User.objects.get(email="ivan@example.org")
        told = answer.json()
        pin = told.pop("pin")
        self.assertEqual(
            told,
            {
                "name": "Ivan Petrov Sidorov",
                "email": "ivan@example.org",
                "user_id": user.pk,
                "wallet_id": wallet_of(user).pk,
            },
        )
        self.assertEqual(
            (user.username, user.first_name, user.last_name), ("ivan-petrov-sidorov", "Ivan", "Petrov Sidorov")
        )
        self.assertEqual((answer.headers["Cache-Control"], balance(user)), ("no-store", gbp("1000")))
        user.verify_pin(pin)

    def test_takes_a_currency_and_a_name_that_others_have(self) -> None:
        self.sign_up(currency="JPY", name="Аня")
        self.sign_up(name="Аня", email="second@example.org")
        self.sign_up(name="alice", email="third@example.org")
        usernames = list(User.objects.order_by("pk").values_list("username", flat=True))[-3:]
        self.assertEqual(usernames, ["member", "member2", "alice2"])
        self.assertEqual(User.objects.get(username="member").currency, "JPY")

    def test_says_what_is_wrong_in_order(self) -> None:
        for changes, text, code in (
            ({"name": None, "email": None}, "name not exists", "field_missing"),
            ({"email": None, "password": None}, "email not exists", "field_missing"),
            ({"password": None}, "password not exists", "field_missing"),
            ({"name": 5}, "name not exists", "field_missing"),
            ({"email": "alice@example.org"}, "email exists", "email_taken"),
            ({"email": "ALICE@example.org"}, "email exists", "email_taken"),
            ({"email": "no address"}, "Enter a valid email address.", "field_wrong"),
            ({"password": "Pa$$w0rd"}, "This password is too common.", "field_wrong"),
            ({"currency": "XYZ"}, "currency not exists", "field_wrong"),
        ):
            with self.subTest(changes):
                Allowance.objects.all().delete()  # the limit is another test's
                self.assert_said(self.sign_up(**changes), 400, text, code)
        self.assertFalse(User.objects.filter(email="ivan@example.org").exists())

    def test_is_as_open_as_the_page_and_names_no_member_where_addresses_are_confirmed(self) -> None:
        for setting, code in (
            ({"SIGN_UP": "closed"}, "sign_up_closed"),
            ({"SIGN_UP": "invitation"}, "by_invitation"),
            ({"SIGN_UP": "approval"}, "sign_up_on_page"),
            ({"ACCOUNT_EMAIL_VERIFICATION": "mandatory"}, "sign_up_on_page"),
        ):
            Allowance.objects.all().delete()  # the limit is another test's
            with self.subTest(setting), self.settings(**setting):
                for email in ("alice@example.org", "ivan@example.org"):
                    self.assert_said(self.sign_up(email=email), 403, code.replace("_", " "), code)

    def test_is_limited_by_address(self) -> None:
        answers = [self.sign_up(email=f"n{number}@example.org").status_code for number in range(6)]
        self.assertEqual(answers, [200] * 5 + [429])


class SigningIn(JsonWallet):
    def login(self, client: Client, email: Any = "alice@example.org", password: Any = PASSWORD) -> Any:
        return self.post(client, "login", {"email": email, "password": password})

    def test_begins_a_session_that_logout_ends(self) -> None:
        client = Client()
        told = {"name": "Alice Archer", "email": "alice@example.org"}
        self.assertEqual(self.login(client).json(), told)
        self.assertEqual(client.cookies["sessionid"]["samesite"], "Lax")
        self.assertEqual(client.get("/api/wallet").status_code, 200)
        self.assertEqual(self.login(client, "bob@example.org", "whatever").json(), told)  # the current one
        self.assertEqual(self.post(client, "logout").json(), {"status": "OK"})
        self.assert_said(client.get("/api/wallet"), 401, "login required", "login_required")

    def test_says_nothing_of_who_is_here(self) -> None:
        for email, password in (
            ("alice@example.org", "wrong"),
            ("no@example.org", PASSWORD),
            (None, None),
            (1, 2),
            ("", ""),
        ):
            with self.subTest(email):
                self.assert_said(
                    self.login(Client(), email, password), 401, "wrong email or password", "password_wrong"
                )

    def test_is_limited_as_on_the_page(self) -> None:
        answers = [self.login(Client(), password="wrong").status_code for _ in range(6)]
        self.assertEqual(answers, [401] * 5 + [429])
        self.assert_said(self.login(Client()), 429, "too many tries", "too_many")

    def test_is_refused_with_a_second_factor_and_without_a_confirmed_address(self) -> None:
        with self.settings(ACCOUNT_EMAIL_VERIFICATION="mandatory"):
            self.assertEqual(self.login(Client()).status_code, 200)
            EmailAddress.objects.update(verified=False)
            client = Client()
            answer = self.login(client)
            self.assertIn(answer.status_code, (401, 403))
            self.assertNotIn("sessionid", client.cookies)
        EmailAddress.objects.update(verified=True)
        Authenticator.objects.create(user=person("alice"), type="totp", data={"secret": "x"})
        client = Client()
        self.assert_said(self.login(client), 403, "second factor required", "mfa_required")
        self.assertNotIn("sessionid", client.cookies)

    def test_is_refused_for_an_inactive_account(self) -> None:
        User.objects.filter(username="alice").update(is_active=False)
        self.assertEqual(self.login(Client()).status_code, 401)

    def test_pages_are_found_under_the_old_names(self) -> None:
        for path, page in (
            ("/signup", "/accounts/signup/"),
            ("/login", "/accounts/login/"),
            ("/logout", "/accounts/logout/"),
        ):
            self.assertRedirects(Client().get(path), page, fetch_redirect_response=False)
        client = self.signed_in("alice")
        client.get("/logout", follow=True)
        self.assertEqual(client.get("/api/wallet").status_code, 200)


class AWallet(JsonWallet):
    def test_is_shown_with_its_operations(self) -> None:
        transfer = sent(person("alice"), person("bob"), "115.60", note="Pizza")
        sent(person("bob"), person("alice"), "0.10")
        shown = self.signed_in("alice").get("/api/wallet").json()
        self.assertEqual((shown["wallet_id"], shown["user_id"]), (self.alice.pk, self.alice.owner_id))
        self.assertEqual((shown["balance"], shown["next"]), (884.5, None))
        newest, payment, grant = shown["operations"]
        timestamp = payment.pop("timestamp")
        self.assertEqual(dt.datetime.fromisoformat(timestamp), transfer.made_at)
        self.assertEqual(
            payment,
            {
                "operation_id": transfer.pk,
                "wallet_id": self.alice.pk,
                "amount": 115.6,
                "details": "Pizza",
                "debet": True,
                "opertype": "w2w_onestep",
                "contragent_id": self.bob.pk,
            },
        )
        self.assertEqual((newest["debet"], newest["amount"]), (False, 0.1))
        self.assertEqual((grant["opertype"], grant["contragent_id"]), ("grant", 0))

    def test_is_shown_a_hundred_operations_at_a_time(self) -> None:
        client = self.signed_in("alice")
        for _ in range(104):
            self.pay(client, "0.01", pin=PIN)
        first = client.get("/api/wallet").json()
        second = client.get("/api/wallet", {"cursor": first["next"]}).json()
        ids = [each["operation_id"] for page in (first, second) for each in page["operations"]]
        self.assertEqual((len(first["operations"]), len(set(ids)), second["next"]), (100, 105, None))
        self.assert_said(client.get("/api/wallet", {"cursor": "x"}), 400, "cursor wrong", "field_wrong")

    def test_is_that_of_a_merchant_and_a_bank_too(self) -> None:
        merchant()
        bank = a_bank()
        for username, wallet in (
            ("kiosk", wallet_of(person("kiosk"))),
            ("tidebank", Clearing.objects.get(bank=bank).wallet),
        ):
            self.assertEqual(self.signed_in(username).get("/api/wallet").json()["wallet_id"], wallet.pk)

    def test_needs_a_session_or_a_token_that_may_read(self) -> None:
        self.assert_said(Client().get("/api/wallet"), 401, "login required", "login_required")
        self.assertEqual(self.with_token("alice", "wallet:read").get("/api/wallet").status_code, 200)
        answer = self.with_token("alice", "transfers:write").get("/api/wallet")
        self.assert_said(answer, 403, "scope missing", "scope_missing")
        both = self.signed_in("alice")  # a token wins over the session, also a wrong one
        answer = both.get("/api/wallet", headers={"Authorization": "Bearer purse_" + "x" * 40})
        self.assert_said(answer, 401, "token invalid", "token_invalid")


@override_settings(JSON_WITHOUT_PIN="0")
class Paying(JsonWallet):
    def test_moves_the_money_and_tells_the_payers_side(self) -> None:
        answer = self.pay(self.signed_in("alice"), 115.6, pin=PIN, details="Pizza\nfor two")
        transfer = Transfer.objects.latest("pk")
        self.assertEqual(
            answer.json(),
            {"status": "OK", "operation_id": transfer.pk, "wallet_id": self.alice.pk, "balance": 884.4},
        )
        self.assertEqual(
            (transfer.note, transfer.kind, balance(person("bob"))), ("Pizza for two", "payment", gbp("1115.60"))
        )

    def test_says_what_is_wrong_in_order(self) -> None:
        alice, bank = self.signed_in("alice"), self.signed_in(a_bank().user.username)
        nobody, wrong = {"to": 10**12}, {"amount": "x"}
        for client, asked, status, text, code in (
            (Client(), {}, 401, "login required", "login_required"),
            (bank, nobody, 403, "access denied", "not_for_banks"),
            (alice, nobody | wrong, 403, "receiver wallet not exists", "payee_unknown"),
            (alice, {"to": True}, 403, "receiver wallet not exists", "payee_unknown"),
            (alice, {"to": str(uuid4())}, 403, "receiver wallet not exists", "payee_unknown"),
            (alice, {"to": self.alice.pk} | wrong, 403, "sender wallet is receiver wallet", "payee_is_payer"),
            (alice, {"amount": None}, 403, "amount not exists", "amount_missing"),
            (alice, {"amount": ""}, 403, "amount not Float", "amount_unreadable"),
            (alice, {"amount": True}, 403, "amount not Float", "amount_unreadable"),
            (alice, {"amount": [1]}, 403, "amount not Float", "amount_unreadable"),
            (alice, {"amount": 0.001}, 403, "amount not Float", "amount_too_precise"),
            (alice, {"amount": 0.1 + 0.2}, 403, "amount not Float", "amount_too_precise"),
            (alice, {"amount": 1e300}, 403, "amount not Float", "amount_unreadable"),
            (alice, {"amount": 0}, 403, "amount not positive", "amount_not_positive"),
            (alice, {"amount": -5}, 403, "amount not positive", "amount_not_positive"),
            (alice, {"amount": "-0.00"}, 403, "amount not positive", "amount_not_positive"),
            (alice, {"amount": 2000}, 403, "pin not exists", "pin_missing"),  # before the funds
            (alice, {"amount": 2000, "pin": "111112"}, 403, "pin wrong", "pin_wrong"),
            (alice, {"amount": 2000, "pin": PIN}, 403, "amount > balance on wallet", "insufficient_funds"),
        ):
            with self.subTest(asked):
                self.assert_said(self.pay(client, **{"amount": 1} | asked), status, text, code)
        for number in ("1e2", "NaN", "Infinity", "1.", "1E0"):
            body = f'{{"wallet_id": {self.bob.pk}, "amount": {number}}}'
            answer = self.post(alice, "wallet_to_wallet", body)
            code = "json_unreadable" if number == "1." else "amount_unreadable"
            self.assertEqual(answer.json()["code"], code, number)
        User.objects.filter(username="bob").update(frozen=True)
        self.assert_said(self.pay(alice, 1, pin=PIN), 403, "account frozen", "account_frozen")
        self.assertEqual(balance(person("alice")), gbp("1000"))

    def test_of_who_has_no_wallet_is_refused(self) -> None:
        User.objects.create(username="newcomer", username_key="newcomer", email="n@example.org", currency="GBP")
        answer = self.pay(self.signed_in("newcomer"), 1)
        self.assert_said(answer, 403, "sender wallet not exists", "wallet_missing")

    def test_takes_the_payee_by_number_text_or_reference(self) -> None:
        for to in (self.bob.pk, str(self.bob.pk), str(self.bob.reference)):
            self.assertEqual(self.pay(self.signed_in("alice"), "1", to=to, pin=PIN).status_code, 200)
        self.assertEqual(balance(person("bob")), gbp("1003"))

    def test_is_in_the_payees_currency(self) -> None:
        answer = self.pay(self.signed_in("alice"), 11.7, to=wallet_of(person("carla")).pk, pin=PIN)
        self.assertEqual(answer.json()["balance"], 990.0)  # the rate of the tests: 1 GBP is 1.17 EUR
        yuki = wallet_of(person("yuki"))
        self.assert_said(
            self.pay(self.signed_in("alice"), 0.5, to=yuki.pk, pin=PIN), 403, "amount not Float", "amount_too_precise"
        )

    def test_with_a_key_is_done_once_and_without_one_each_time(self) -> None:
        client, key = self.signed_in("alice"), {"Idempotency-Key": str(uuid4())}
        body = {"wallet_id": self.bob.pk, "amount": 10, "pin": PIN}
        first, again = (self.post(client, "wallet_to_wallet", body, **key) for _ in range(2))
        self.assertEqual((first.json(), again.headers["Idempotent-Replayed"]), (again.json(), "true"))
        other = self.post(client, "wallet_to_wallet", body | {"amount": 11}, **key)
        self.assert_said(other, 422, "key reused", "key_reused")
        for _ in range(2):
            self.post(client, "wallet_to_wallet", body)
        self.assertEqual(balance(person("bob")), gbp("1030"))
        poor = {"Idempotency-Key": str(uuid4())}
        answers = [self.post(client, "wallet_to_wallet", body | {"amount": 5000}, **poor) for _ in range(2)]
        for answer in answers:
            self.assert_said(answer, 403, "amount > balance on wallet", "insufficient_funds")

    def test_needs_no_pin_with_a_token_that_may_pay(self) -> None:
        self.assertEqual(self.pay(self.with_token("alice", "transfers:write"), 5).status_code, 200)
        self.assert_said(self.pay(self.with_token("alice", "wallet:read"), 5), 403, "scope missing", "scope_missing")


@override_settings(JSON_WITHOUT_PIN="100.00 GBP")
class WithoutThePin(JsonWallet):
    def test_only_the_limit_is_paid_in_a_day(self) -> None:
        client = self.signed_in("alice")
        self.assertEqual(self.pay(client, 60).status_code, 200)
        self.assert_said(self.pay(client, 40.01), 403, "pin not exists", "pin_missing")
        self.assertEqual(self.pay(client, 500, pin=PIN).status_code, 200)  # does not count
        self.assertEqual(self.pay(self.with_token("alice", "transfers:write"), 100).status_code, 200)  # nor does this
        self.assertEqual(self.pay(client, 40).status_code, 200)
        self.assert_said(self.pay(client, 0.01), 403, "pin not exists", "pin_missing")
        UnpinnedDay.objects.update(day=dt.date(2020, 1, 1))
        self.assertEqual(self.pay(client, 100).status_code, 200)

    def test_the_limit_is_kept_when_many_pay_at_once(self) -> None:
        client = partial(self.signed_in, "alice")
        clients = [client() for _ in range(16)]
        answers: list[int] = []
        at_once([lambda client=client: answers.append(self.pay(client, 9).status_code) for client in clients])  # type: ignore[misc]
        self.assertEqual((answers.count(200), answers.count(403)), (11, 5))
        self.assertEqual(balance(person("alice")), gbp("901"))

    def test_the_limit_comes_before_the_funds_and_a_decline_does_not_count(self) -> None:
        sent(person("alice"), person("bob"), "990")
        client = self.signed_in("alice")
        self.assert_said(self.pay(client, 100.01), 403, "pin not exists", "pin_missing")
        self.assert_said(self.pay(client, 100), 403, "amount > balance on wallet", "insufficient_funds")
        self.assertEqual(self.pay(client, 10).status_code, 200)

    def test_the_limit_is_in_the_payers_currency(self) -> None:
        carla = self.signed_in("carla")
        self.assert_said(self.pay(carla, 101), 403, "pin not exists", "pin_missing")
        self.assertEqual(self.pay(carla, 100).status_code, 200)


class ABank(JsonWallet):
    def setUp(self) -> None:
        super().setUp()
        self.bank = a_bank()
        self.client = self.signed_in("tidebank")
        self.clearing = Clearing.objects.get(bank=self.bank).wallet

    def deposit(self, client: Client | None = None, **changes: Any) -> Any:
        whole = {"wallet_id": self.alice.pk, "amount": 115.6, "details": "May", "reference": "T1"} | changes
        body = {name: value for name, value in whole.items() if value is not None}
        return self.post(client or self.client, "external_to_wallet", body)

    def test_credits_a_wallet_and_reads_its_own_side(self) -> None:
        answer = self.deposit()
        transfer = Transfer.objects.latest("pk")
        self.assertEqual(
            answer.json(),
            {"status": "OK", "operation_id": transfer.pk, "wallet_id": self.clearing.pk, "balance": -115.6},
        )
        (operation, _grant) = self.signed_in("alice").get("/api/wallet").json()["operations"]
        self.assertEqual((operation["opertype"], operation["contragent_id"]), ("external_in", 0))
        own = self.client.get("/api/wallet").json()
        self.assertEqual((own["balance"], own["operations"][0]["contragent_id"]), (-115.6, self.alice.pk))
        self.assertTrue(own["operations"][0]["debet"])
        self.assertEqual(self.deposit().json(), answer.json())  # the same reference

    def test_says_what_is_wrong_in_order(self) -> None:
        member = self.signed_in("alice")
        nobody, wrong = {"wallet_id": 10**12}, {"amount": "x"}
        self.deposit(reference="KNOWN")
        for client, changes, status, text, code in (
            (Client(), {}, 401, "login required", "login_required"),
            (member, nobody, 403, "access denied, only bank account", "role_missing"),
            (self.with_token("admin", "deposits:write"), {}, 403, "access denied, only bank account", "role_missing"),
            (None, nobody | wrong, 403, "wallet not exists", "payee_unknown"),
            (None, {"wallet_id": self.clearing.pk}, 403, "wallet not exists", "payee_unknown"),
            (None, {"amount": None}, 403, "amount not exists", "amount_missing"),
            (None, wrong, 403, "amount not Float", "amount_unreadable"),
            (None, {"amount": -1}, 403, "amount not positive", "amount_not_positive"),
            (None, {"currency": "EUR"}, 403, "other currency", "other_currency"),
            (None, {"reference": None}, 403, "reference not exists", "reference_missing"),
            (None, {"reference": "é"}, 400, "reference wrong", "field_wrong"),
            (None, {"reference": "KNOWN", "amount": 1}, 409, "reference exists with other content", "reference_reused"),
            (None, {"amount": 1000000, "reference": "T2"}, 403, "over bank cap", "over_bank_cap"),
        ):
            with self.subTest(changes):
                self.assert_said(self.deposit(client, **changes), status, text, code)
        User.objects.filter(username="alice").update(frozen=True)
        self.assert_said(self.deposit(), 403, "account frozen", "account_frozen")

    def test_may_leave_the_reference_out_if_it_was_set_up_so(self) -> None:
        bank = a_bank("oldbank", needs_reference=False)
        client = self.signed_in("oldbank")
        for _ in range(2):
            self.assertEqual(self.deposit(client, reference=None).status_code, 200)
        self.assertEqual(balance_of(Clearing.objects.get(bank=bank).wallet), gbp("-231.20"))


class ItsCookie(JsonWallet):
    CALLS = ("signup", "login", "logout", "external_to_wallet", "wallet_to_wallet")

    def test_works_for_no_other_site(self) -> None:
        client = self.signed_in("alice")
        new_browsers, old_ones = {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}
        for call in self.CALLS:
            for said in (new_browsers | old_ones, old_ones, {"Origin": "null"}):
                answer = self.post(client, call, {}, **said)
                self.assert_said(answer, 403, "bad request", "bad_request")
                self.assertFalse([name for name in answer.headers if name.lower().startswith("access-control")])
        answer = client.get("/api/wallet", headers={"Sec-Fetch-Site": "cross-site"})
        self.assertEqual(answer.status_code, 403)
        self.assertEqual(client.get("/api/wallet", headers={"Sec-Fetch-Site": "same-origin"}).status_code, 200)

    def test_works_for_json_alone(self) -> None:
        """A form or a plain text is what another site could send without asking."""
        client = self.signed_in("alice")
        body = json.dumps({"wallet_id": self.bob.pk, "amount": 1, "pin": PIN})
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            answer = client.post("/api/wallet_to_wallet", body, content_type=kind)
            self.assert_said(answer, 415, "not json", "not_json")
        for broken in ("[]", "{", '{"amount": 1, "amount": 2}', '"\\ud800"', "1"):
            self.assert_said(self.post(client, "wallet_to_wallet", broken), 400, "json unreadable", "json_unreadable")
        self.assertEqual(balance(person("bob")), gbp("1000"))

    def test_works_with_the_method_of_each_call(self) -> None:
        client = self.signed_in("alice")
        for call in self.CALLS:
            answer = client.get(f"/api/{call}")
            self.assertEqual((answer.status_code, answer.headers["Allow"]), (405, "POST"))
        self.assertEqual(self.post(client, "wallet").status_code, 405)


class Amounts(SimpleTestCase):
    def test_of_every_size_come_in_and_go_out_exactly(self) -> None:
        chance = random.Random(7)
        for _ in range(10_000):
            unit = chance.choice(list(CURRENCIES.values()))
            money = Money(chance.randrange(1, 10 ** chance.randint(1, 15)), unit)
            for text in (json.dumps(amount_out(money)), f"{money.decimal:f}"):
                (number,) = json.loads(f"[{text}]", parse_float=Number, parse_int=Number)
                # JSON of a float may end in .0, also for a currency without decimals
                self.assertEqual(amount_in(number.removesuffix(".0"), unit), money, text)

    def test_are_read_by_their_characters(self) -> None:
        pounds = CURRENCIES["GBP"]
        self.assertEqual(amount_in(Number("115.6"), pounds), Money.of("115.60", "GBP"))
        self.assertEqual(amount_in("9007199254740.93", pounds).minor, 900_719_925_474_093)
        for wrong in (115.6, 1, True, "1e2", "1_0", "１", "+1", " 1", "0x1", "1,5"):
            with self.subTest(wrong), self.assertRaises(AmountUnreadable):
                amount_in(wrong, pounds)

    def test_that_a_float_could_not_tell_go_out_as_text(self) -> None:
        self.assertEqual(amount_out(Money.of("9999999999999.99", "GBP")), 9999999999999.99)
        self.assertEqual(amount_out(Money.of("10000000000000.00", "GBP")), "10000000000000.00")
        self.assertEqual(amount_out(Money.of("-0.10", "GBP")), -0.1)

    def test_ids_are_whole_numbers_or_references(self) -> None:
        reference = uuid4()
        for value, known in (
            (Number("7"), 7),
            ("7", 7),
            (str(reference), reference),
            (Number("7.0"), None),
            (Number("-7"), None),
            (Number("9" * 19), None),
            (7, None),
            (True, None),
            (None, None),
            ("", None),
        ):
            self.assertEqual(id_in(value), known)


class ManyAtOnce(JsonWallet):
    def test_on_one_wallet_add_up_exactly(self) -> None:
        """Eight threads deposit into a wallet and pay from it, a tenth at a time, which no float can hold."""
        a_bank()
        bank, alice, bob = (self.signed_in(name) for name in ("tidebank", "alice", "bob"))
        balances: list[float] = []

        def deposit(number: int) -> None:
            body = {"wallet_id": self.alice.pk, "amount": 0.3, "reference": f"R{number}"}
            self.assertEqual(self.post(bank, "external_to_wallet", body).status_code, 200)

        def give() -> None:
            answer = self.pay(alice, 0.1, pin=PIN)
            balances.append(answer.json()["balance"])

        def get() -> None:
            self.assertEqual(self.pay(bob, 0.2, to=self.alice.pk, pin=PIN).status_code, 200)

        for turn in range(8):
            acts = [partial(deposit, turn * 4 + number) for number in range(4)]
            self.assertEqual(at_once([*acts, give, give, get, get]), {"done": 8})
        wallet = Wallet.objects.get(pk=self.alice.pk)
        self.assertEqual(wallet.settled, gbp("1000") + 32 * gbp("0.30") - 16 * gbp("0.10") + 16 * gbp("0.20"))
        clearing = Clearing.objects.get().wallet
        self.assertEqual(balance_of(clearing), gbp("-9.60"))
        self.assertEqual(len(set(balances)), 16)

    def test_payments_answer_each_balance_exactly(self) -> None:
        alice = self.signed_in("alice")
        told = [self.pay(alice, 0.1, pin=PIN).json()["balance"] for _ in range(40)]
        self.assertEqual(told, [float(f"{1000 - number / 10:.1f}") for number in range(1, 41)])
