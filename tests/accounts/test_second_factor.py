"""Where STAFF_SECOND_FACTOR is on, a password alone opens nothing of staff's: no page, no admin, no token."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import override_settings
from django.urls import reverse
from django.urls.converters import IntConverter
from django.urls.resolvers import URLPattern

from accounts.models import ApiToken, User
from accounts.tokens import service as api_tokens
from ledger.models import Transfer
from tests.api.base import Caller
from tests.base import Answer, MoneyTestCase, found
from tests.cast import PASSWORD, PIN, balance, gbp, person
from treasury.cash_desk.service import take_cash
from wallet_site.plugs import gather

STAFF = ("cass", "tess", "audrey", "admin")


def code_of(secret: str) -> str:
    """The code that the person's app shows now."""
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


@override_settings(STAFF_SECOND_FACTOR=True)
class StaffWithoutIt(MoneyTestCase):
    def sign_in(self, username: str) -> None:
        self.client.logout()
        self.client.post(reverse("account_login"), {"login": username, "password": PASSWORD})

    def assert_led_away(self, answer: Answer) -> None:
        self.assertEqual(answer.status_code, 302)
        self.assertIn(reverse("second_factor"), answer.headers["Location"])

    def test_are_led_away_from_every_page_of_staff(self) -> None:
        """Also from one that an app has brought since this test was written."""
        addresses = []
        for pattern in gather("staff", "STAFF_URLS"):
            assert isinstance(pattern, URLPattern)
            converters = pattern.pattern.converters.values()
            arguments = [7 if isinstance(each, IntConverter) else uuid4() for each in converters]
            addresses.append(reverse(f"staff:{pattern.name}", args=arguments))
        self.assertGreater(len(addresses), 15)
        opened = set()
        for username in STAFF:
            self.sign_in(username)
            for address in addresses:
                for answer in (self.client.get(address), self.client.post(address)):
                    with self.subTest(f"{username} {address}"):
                        if answer.status_code != 403:
                            self.assert_led_away(answer)
                            opened.add(address)
        self.assertEqual(opened, set(addresses))

    def test_are_led_away_from_the_admin(self) -> None:
        self.sign_in("admin")
        for name in ("admin:index", "admin:accounts_user_changelist", "admin:ledger_transfer_changelist"):
            with self.subTest(name):
                self.assert_led_away(self.client.get(self.client.get(reverse(name)).headers["Location"]))

    def test_read_why_and_where_to_begin(self) -> None:
        self.sign_in("cass")
        answer = self.client.get(reverse("staff:cash"), follow=True)
        self.assertContains(answer, "your password alone is not enough")
        self.assertContains(answer, reverse("mfa_activate_totp"))

    def test_undo_no_cash(self) -> None:
        taken = take_cash(cashier=person("cass"), member=person("alice"), amount=gbp("5"), key=uuid4())
        self.sign_in("cass")
        for name in ("payments:undo", "staff:undo_cash"):
            self.assert_led_away(self.client.post(reverse(name, args=[taken.reference]), {"key": uuid4()}))
        self.assertEqual(balance(person("alice")), gbp("1005"))

    def test_make_no_token(self) -> None:
        self.sign_in("tess")
        typed = {"name": "x", "scopes": "wallet:read", "days": "30", "pin": PIN}
        self.assert_led_away(self.client.post(reverse("new_token"), typed))
        self.assertFalse(ApiToken.objects.exists())

    def test_have_no_token_that_works(self) -> None:
        tess = Caller("tess")
        self.assertEqual(tess.get("wallet").status_code, 401)
        self.client.force_login(person("tess"))
        self.assertContains(self.client.get(reverse("tokens")), "made without your second factor")
        bob = Caller("bob")  # a member's token ends with the role that he is given
        self.assertEqual(bob.get("wallet").status_code, 200)
        User.objects.filter(username="bob").update(role="treasurer")
        self.assertEqual(bob.get("wallet").status_code, 401)

    def test_pay_with_their_own_wallet(self) -> None:
        self.sign_in("cass")
        for name in ("payments:send", "payments:history", "security"):
            self.assertEqual(self.client.get(reverse(name)).status_code, 200)

    def test_members_notice_nothing(self) -> None:
        self.sign_in("alice")
        self.assertEqual(self.client.get(reverse("new_token")).status_code, 200)
        self.assertEqual(self.client.get(reverse("staff:cash")).status_code, 403)
        self.assertRedirects(self.client.get(reverse("second_factor")), "/", fetch_redirect_response=False)


@override_settings(STAFF_SECOND_FACTOR=True)
class StaffWithIt(MoneyTestCase):
    def setUp(self) -> None:
        self.cass, self.secret = person("cass"), generate_totp_secret()
        self.page = reverse("staff:cash")

    def sign_in(self, *, with_code: bool) -> None:
        self.client.post(reverse("account_login"), {"login": "cass", "password": PASSWORD})
        if with_code:
            self.client.post(reverse("mfa_authenticate"), {"code": code_of(self.secret)})

    def test_sign_in_with_a_code_and_act(self) -> None:
        TOTP.activate(self.cass, self.secret)
        self.sign_in(with_code=True)
        self.assertEqual(self.client.get(self.page).status_code, 200)
        typed = {"member": "alice", "amount": "5", "key": uuid4()}
        self.client.post(self.page, typed)
        self.assertEqual(Transfer.objects.filter(kind="cash_top_up").count(), 1)

    def test_have_an_admin_that_opens(self) -> None:
        TOTP.activate(person("admin"), self.secret)
        self.client.post(reverse("account_login"), {"login": "admin", "password": PASSWORD})
        self.client.post(reverse("mfa_authenticate"), {"code": code_of(self.secret)})
        self.assertEqual(self.client.get(reverse("admin:accounts_user_changelist")).status_code, 200)

    def test_set_it_up_and_prove_it_once_in_the_same_session(self) -> None:
        self.sign_in(with_code=False)
        self.client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        form = self.client.get(reverse("mfa_activate_totp")).context["form"]
        self.client.post(reverse("mfa_activate_totp"), {"code": code_of(form.secret)})
        self.assertTrue(Authenticator.objects.filter(user=self.cass, type="totp").exists())
        explained = self.client.get(self.page, follow=True)
        self.assertContains(explained, "Please prove it once")
        way = found(r'href="([^"]+reauthenticate[^"]+)"', explained.content.decode())
        codes = RecoveryCodes(Authenticator.objects.get(user=self.cass, type="recovery_codes")).get_unused_codes()
        self.assertRedirects(self.client.post(way, {"code": codes[0]}), self.page)  # the app's code was just used

    def test_act_no_more_once_it_is_removed(self) -> None:
        TOTP.activate(self.cass, self.secret)
        self.sign_in(with_code=True)
        Authenticator.objects.all().delete()
        self.assertIn(reverse("second_factor"), self.client.get(self.page).headers["Location"])

    def test_have_tokens_that_work(self) -> None:
        TOTP.activate(self.cass, self.secret)
        self.sign_in(with_code=True)
        typed = {"name": "x", "scopes": "wallet:read", "days": "30", "pin": PIN}
        answer = self.client.post(reverse("new_token"), typed)
        self.assertIsNotNone(api_tokens.token_with(answer.context["secret"], origin=lambda: "here"))
        lives = dt.timedelta(days=1)
        _token, without = api_tokens.issue(user=self.cass, name="y", scopes=["wallet:read"], lives=lives)
        self.assertIsNone(api_tokens.token_with(without, origin=lambda: "here"))
