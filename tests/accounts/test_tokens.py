"""Access tokens on pages: created with the PIN, shown once and revoked, and seen by their owner alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiToken, User
from accounts.tokens import service as api_tokens
from tests.api.base import ApiTestCase, Caller
from tests.base import MoneyTestCase, found
from tests.cast import PASSWORD, PIN, person


class TokenPages(MoneyTestCase):
    def setUp(self) -> None:
        self.alice, self.bob = person("alice"), person("bob")
        self.client.force_login(self.alice)

    def make(self, **other: Any) -> Any:
        form = {"name": "My shop", "scopes": ["wallet:read", "transfers:write"], "days": "30", "pin": PIN} | other
        return self.client.post(reverse("new_token"), form)

    def issue(self, user: User) -> ApiToken:
        return api_tokens.issue(user=user, name="x", scopes=["wallet:read"], lives=dt.timedelta(days=30))[0]

    def test_made_with_the_pin_it_is_shown_once_and_works(self) -> None:
        answer = self.make()
        secret = answer.context["secret"]
        self.assertContains(answer, secret)
        self.assertIn("no-store", answer.headers["Cache-Control"])
        for page in ("tokens", "security", "new_token"):
            self.assertNotContains(self.client.get(reverse(page)), secret)
        token = ApiToken.objects.get()
        self.assertEqual((token.user, token.scopes), (self.alice, ["wallet:read", "transfers:write"]))
        self.assertAlmostEqual(token.expires_at, timezone.now() + dt.timedelta(days=30), delta=dt.timedelta(minutes=1))
        wallet = Client().get("/api/v1/wallet", headers={"Authorization": f"Bearer {secret}"})
        self.assertEqual(wallet.status_code, 200)

    def test_a_wrong_pin_makes_none_and_counts_as_a_try(self) -> None:
        self.assertContains(self.make(pin="135790"), "4 tries left", status_code=403)
        for _ in range(4):
            answer = self.make(pin="135790")
        self.assertContains(answer, "locked until", status_code=429)
        self.assertContains(self.make(), "locked until", status_code=429)
        self.assertFalse(ApiToken.objects.exists())

    def test_may_be_bound_to_addresses(self) -> None:
        self.assertEqual(self.make(networks="192.0.2.7, 198.51.100.0/24\n2001:db8::/32 192.0.2.7").status_code, 200)
        token = ApiToken.objects.get()
        self.assertEqual(token.networks, ["192.0.2.7/32", "198.51.100.0/24", "2001:db8::/32"])
        page = self.client.get(reverse("token_use", args=[token.reference]))
        self.assertContains(page, "192.0.2.7/32, 198.51.100.0/24, 2001:db8::/32")

    def test_says_of_each_address_what_is_wrong_with_it(self) -> None:
        many = " ".join(f"192.0.2.{number}" for number in range(21))
        for typed, texts in (
            ("192.0.2.300 shop.example", ["“192.0.2.300” is no address", "“shop.example” is no address"]),
            ("192.0.2.7/24", ["“192.0.2.7/24” names an address within a network. The whole network is 192.0.2.0/24."]),
            ("0.0.0.0/0", ["“0.0.0.0/0” is every address. Leave the field empty for that."]),
            ("::/0", ["“::/0” is every address."]),
            (many, ["These are more than 20."]),
            ("<b>", ["“&lt;b&gt;” is no address"]),
        ):
            with self.subTest(typed):
                answer = self.make(networks=typed)
                for text in texts:
                    self.assertContains(answer, text)
                self.assertFalse(ApiToken.objects.exists())

    def test_what_cannot_be_granted_is_not(self) -> None:
        other: Mapping[str, str | Sequence[str]]
        for other in ({"scopes": []}, {"scopes": ["everything"]}, {"days": "3650"}, {"name": ""}, {"name": "x" * 61}):
            with self.subTest(other):
                self.assertEqual(self.make(**other).status_code, 200)
                self.assertFalse(ApiToken.objects.exists())

    def test_the_page_says_that_a_token_takes_the_place_of_the_pin(self) -> None:
        self.assertContains(self.client.get(reverse("new_token")), "takes the place of your PIN")

    def test_the_list_shows_last_use_and_expiry_of_ones_own(self) -> None:
        mine, bobs = self.issue(self.alice), self.issue(self.bob)
        page = self.client.get(reverse("tokens"))
        self.assertContains(page, mine.prefix)
        self.assertContains(page, "Never used")
        self.assertNotContains(page, bobs.prefix)
        ApiToken.objects.update(last_used_at=timezone.now(), expires_at=mine.created_at)
        page = self.client.get(reverse("tokens"))
        self.assertContains(page, "Last used")
        self.assertContains(page, "Expired")

    def test_revoked_it_is_gone(self) -> None:
        token = self.issue(self.alice)
        answer = self.client.post(reverse("revoke_token", args=[token.reference]), follow=True)
        self.assertContains(answer, "The token no longer works")
        self.assertNotContains(answer, token.prefix)
        again = self.client.post(reverse("revoke_token", args=[token.reference]))
        self.assertEqual(again.status_code, 404)

    def test_anothers_is_not_there(self) -> None:
        token = self.issue(self.bob)
        self.assertEqual(self.client.post(reverse("revoke_token", args=[token.reference])).status_code, 404)
        self.assertIsNone(ApiToken.objects.get().revoked_at)

    def test_my_account_counts_those_in_force(self) -> None:
        self.assertContains(self.client.get(reverse("security")), "for programs: none")
        self.issue(self.alice)
        self.assertContains(self.client.get(reverse("security")), "1 program acts for you")

    def test_strangers_are_sent_to_sign_in_and_wrong_methods_refused(self) -> None:
        self.assertEqual(
            self.client.get(reverse("revoke_token", args=[self.issue(self.alice).reference])).status_code, 405
        )
        self.assertEqual(self.client.post(reverse("tokens")).status_code, 405)
        self.client.logout()
        for name in ("tokens", "new_token"):
            self.assertRedirects(
                self.client.get(reverse(name)),
                f"{reverse('account_login')}?next={reverse(name)}",
                fetch_redirect_response=False,
            )


class ANewPassword(MoneyTestCase):
    """Access tokens end with the old password, unless their owner wants to keep them."""

    def setUp(self) -> None:
        self.alice = person("alice")
        self.client.force_login(self.alice)

    def issue(self) -> None:
        api_tokens.issue(user=self.alice, name="x", scopes=["wallet:read"], lives=dt.timedelta(days=30))

    def tokens(self) -> int:
        return api_tokens.tokens_of(self.alice).count()

    def change(self, **more: str) -> None:
        typed = {"oldpassword": PASSWORD, "password1": "a longer password", "password2": "a longer password"}
        self.client.post(reverse("account_change_password"), typed | more)
        self.alice.refresh_from_db()
        self.assertTrue(self.alice.check_password("a longer password"))

    def test_ends_every_token(self) -> None:
        self.issue()
        page = self.client.get(reverse("account_change_password"))
        self.assertContains(page, 'name="end_tokens"')
        self.assertContains(page, "checked")
        self.change(end_tokens="on")
        self.assertEqual(self.tokens(), 0)

    def test_leaves_them_to_who_says_so(self) -> None:
        self.issue()
        self.change()
        self.assertEqual(self.tokens(), 1)

    def test_does_not_ask_whoever_has_none(self) -> None:
        self.assertNotContains(self.client.get(reverse("account_change_password")), "end_tokens")
        self.change()

    def test_after_a_forgotten_one_ends_every_token(self) -> None:
        self.issue()
        self.client.logout()
        self.client.post(reverse("account_reset_password"), {"email": self.alice.email})
        path = found(r"https?://[^/]+(/accounts/password/reset/key/\S+)", str(mail.outbox[-1].body))
        page = self.client.get(path, follow=True)
        typed = {"password1": "a longer password", "password2": "a longer password"}
        self.client.post(page.redirect_chain[-1][0], typed)
        self.alice.refresh_from_db()
        self.assertTrue(self.alice.check_password("a longer password"))
        self.assertEqual(self.tokens(), 0)


class AskingAndPaying(ApiTestCase):
    """Who steals a token that may only ask for money cannot pay what was asked."""

    def test_are_two_scopes(self) -> None:
        asked = self.done(Caller("bob").post("requests", {"payer": "alice", "amount": "5.00", "currency": "GBP"}), 201)
        thief = Caller("alice", scopes=("wallet:read", "requests:write"))
        problem = self.assert_problem(thief.post(f"requests/{asked['id']}/pay"), 403, "scope_missing")
        self.assertEqual(problem["scope"], "requests:pay")
        self.done(Caller("alice", scopes=("requests:pay",)).post(f"requests/{asked['id']}/pay"), 201)
