"""Who may sign up, by SIGN_UP: everybody, after an approval, with an invitation, or nobody."""

from __future__ import annotations

import datetime as dt

from django.core import mail
from django.db.models import F
from django.test import Client, override_settings
from django.urls import reverse

from accounts.models import User
from conversion.errors import NotFound
from ledger.models import Wallet
from payments.errors import NoSuchUser
from payments.models import Application, Invitation
from payments.owners import wallet_by_handle, wallet_of
from payments.registration import approvals
from payments.registration import service as registration
from payments.registration.errors import AlreadyDecided
from tests.base import Answer, MoneyTestCase, found
from tests.cast import balance, gbp, person, quoted

from .test_signing_up import ALICE_AGAIN, ZOE, seen

PAGE = reverse("account_signup")
STAFF_PAGE = reverse("staff:new_members")
ZOES = {"login": "Zoe.Zimmer", "password": ZOE["password1"]}


class Entering(MoneyTestCase):
    def setUp(self) -> None:
        self.people = User.objects.count()
        self.admin = Client()
        self.admin.force_login(person("admin"))

    def invited(self, **other: str) -> str:
        """The address of a new invitation's link, as the administrator's page shows it."""
        answer = self.admin.post(STAFF_PAGE, {"name": "Zoë, from the choir"} | other)
        self.assertIn("no-store", answer.headers["Cache-Control"])
        return found(r'id="link">http://testserver(/accounts/signup/[\w-]{40,}/)<', answer.content.decode())

    def assert_nobody_signs_up(self, page: str, text: str) -> None:
        self.assertContains(self.client.get(page), text)
        self.assertContains(self.client.post(page, ZOE), text, status_code=403)
        self.assertEqual(User.objects.count(), self.people)

    def assert_links_to_sign_up(self, are_there: bool) -> None:
        for page in ("home", "account_login", "verify"):
            with self.subTest(page):
                self.assertEqual(f'"{PAGE}"' in self.client.get(reverse(page)).content.decode(), are_there)


class Closed(Entering):
    @override_settings(SIGN_UP="closed", CONTACT="Ada, 020 7946 0000")
    def test_says_so_and_whom_to_ask(self) -> None:
        self.assert_nobody_signs_up(PAGE, "Please ask Ada, 020 7946 0000.")
        self.assert_links_to_sign_up(False)

    def test_closes_invitations_too(self) -> None:
        link = self.invited()
        with override_settings(SIGN_UP="closed"):
            self.assert_nobody_signs_up(link, "Nobody can sign up here")
            self.assertContains(self.admin.post(STAFF_PAGE, {"name": "x"}), "Nobody can sign up here", status_code=403)
        self.assertEqual(Invitation.objects.count(), 1)


@override_settings(SIGN_UP="invitation")
class ByInvitation(Entering):
    def test_nobody_signs_up_without_one(self) -> None:
        self.assert_nobody_signs_up(PAGE, "by invitation")
        self.assert_links_to_sign_up(False)

    def test_signs_one_person_up_once(self) -> None:
        link = self.invited()
        self.assertContains(self.client.get(link), "Username")
        self.assertRegex(self.client.post(link, ZOE).content.decode(), r'id="pin">\d{6}<')
        zoe = person("Zoe.Zimmer")
        self.assertEqual((zoe.is_active, Invitation.objects.get().used_by), (True, zoe))
        self.assertTrue(Wallet.objects.filter(owner=zoe).exists())

        self.client.logout()
        self.people += 1
        for page in (link, link[:-2] + "/"):
            self.assert_nobody_signs_up(page, "This invitation does not work")
        self.assertContains(self.admin.get(STAFF_PAGE), "Used by Zoe.Zimmer")

    def test_of_a_wrong_form_is_not_used_up(self) -> None:
        link = self.invited()
        self.client.post(link, ZOE | {"password2": "other"})
        self.assertContains(self.client.get(link), "Username")

    def test_ends_after_two_weeks(self) -> None:
        link = self.invited()
        lives = Invitation.objects.get().expires_at - Invitation.objects.get().made_at
        self.assertAlmostEqual(lives, dt.timedelta(days=14), delta=dt.timedelta(seconds=5))
        Invitation.objects.update(expires_at=F("expires_at") - dt.timedelta(days=14))
        self.assert_nobody_signs_up(link, "This invitation does not work")
        self.assertContains(self.admin.get(STAFF_PAGE), "Expired on")

    def test_ends_when_it_is_revoked(self) -> None:
        link, revoke = self.invited(), reverse("staff:revoke_invitation", args=[Invitation.objects.get().reference])
        self.assertContains(self.admin.post(revoke, follow=True), "no longer works")
        self.assert_nobody_signs_up(link, "This invitation does not work")
        self.assertEqual(self.admin.post(revoke).status_code, 404)

    def test_is_stored_as_a_hash_and_shown_once(self) -> None:
        secret = self.invited().split("/")[-2]
        self.assertNotIn(secret, str(list(Invitation.objects.values())))
        self.assertNotContains(self.admin.get(STAFF_PAGE), secret)

    @override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
    def test_does_not_say_whose_address_is_taken(self) -> None:
        new = self.client.post(self.invited(), ZOE)
        link = self.invited()
        self.assertEqual(seen(Client().post(link, ZOE | ALICE_AGAIN)), seen(new))
        self.people += 2
        self.client.logout()
        self.assert_nobody_signs_up(link, "This invitation does not work")  # or one link would try many addresses


@override_settings(SIGN_UP="approval")
class ByApproval(Entering):
    def apply(self, **other: str) -> Answer:
        return self.client.post(PAGE, ZOE | other)

    def decide(self, word: str) -> Answer:
        page = reverse(f"staff:{word}_member", args=[Application.objects.get().reference])
        return self.admin.post(page, follow=True)

    def assert_cannot_sign_in(self) -> None:
        self.client.post(reverse("account_login"), ZOES)
        self.assertEqual(self.client.get(reverse("security")).status_code, 302)

    def test_a_person_waits_without_a_wallet_and_is_told(self) -> None:
        self.assert_links_to_sign_up(True)
        answer = self.apply()
        self.assertRegex(answer.content.decode(), r'id="pin">\d{6}<')
        self.assertContains(self.client.get(reverse("sign_up_waits")), "approves each new member")
        self.assertContains(self.client.post(reverse("account_login"), ZOES, follow=True), "yet to approve you")
        self.assert_cannot_sign_in()
        zoe = person("Zoe.Zimmer")
        self.assertFalse(Wallet.objects.filter(owner=zoe).exists())
        with self.assertRaises(NotFound):
            wallet_of(zoe)
        for unknown in ("Zoe.Zimmer", "zoe@example.org", "nobody"):  # nobody can send the person money
            with self.subTest(unknown), self.assertRaises(NoSuchUser):
                wallet_by_handle(unknown, asker=None)
        User.objects.update(date_joined=F("date_joined") - registration.GRACE * 2)
        self.assertEqual(registration.open_missing_wallets(), 0)

    def test_approved_the_person_is_a_member_like_any_other(self) -> None:
        self.apply(currency="GBP")
        self.assertContains(self.admin.get(STAFF_PAGE), '1<span class="visually-hidden"> waiting')
        self.assertContains(self.decide("approve"), "Zoë Zimmer is a member now.")
        self.assertNotContains(self.admin.get(STAFF_PAGE), '<span class="visually-hidden"> waiting')
        zoe = person("Zoe.Zimmer")
        self.assertEqual((zoe.is_active, balance(zoe)), (True, gbp("1000.00")))
        self.assertEqual((mail.outbox[-1].to, mail.outbox[-1].subject), ([zoe.email], "You are a member now"))
        self.client.post(reverse("account_login"), ZOES)
        self.assertEqual(self.client.get(reverse("security")).status_code, 200)
        quoted(person("alice"), zoe, "1")

    def test_declined_the_person_stays_out_and_is_told(self) -> None:
        self.apply()
        self.assertContains(self.decide("decline"), "was declined")
        self.assertEqual(mail.outbox[-1].subject, "Your sign-up was declined")
        self.assert_cannot_sign_in()

    def test_is_decided_once(self) -> None:
        self.apply()
        self.decide("decline")
        self.assertContains(self.decide("approve"), "has already decided")
        with self.assertRaises(AlreadyDecided):
            approvals.approve(Application.objects.get(), by=person("admin"))
        self.assertFalse(person("Zoe.Zimmer").is_active)

    def test_stands_though_the_mail_server_is_away(self) -> None:
        self.apply()
        with override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_PORT=1):
            self.assertContains(self.decide("approve"), "could not be sent")
        self.assertTrue(person("Zoe.Zimmer").is_active)

    def test_an_invited_person_does_not_wait(self) -> None:
        self.client.post(self.invited(), ZOE)
        self.assertTrue(person("Zoe.Zimmer").is_active)

    @override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
    def test_addresses_are_confirmed_meanwhile_and_none_is_said_to_be_taken(self) -> None:
        new, taken = self.apply(), Client().post(PAGE, ZOE | ALICE_AGAIN)
        self.assertEqual(seen(taken), seen(new))
        self.assertEqual(User.objects.count(), self.people + 2)
        self.assertEqual([letter.to for letter in mail.outbox], [["zoe@example.org"], ["alice@example.org"]])
        page = self.admin.get(STAFF_PAGE)
        self.assertContains(page, "Address not confirmed", count=2)
        self.assertContains(page, "alice@example.org")
        self.client.post(found(r"https?://[^/]+(/accounts/confirm-email/\S+)", str(mail.outbox[0].body)))
        self.assertContains(self.admin.get(STAFF_PAGE), "Address not confirmed", count=1)
        self.assert_cannot_sign_in()


class StaffsPage(Entering):
    def test_is_for_administrators_alone_and_changes_by_post_alone(self) -> None:
        self.invited()
        with override_settings(SIGN_UP="approval"):
            self.client.post(PAGE, ZOE)
        changes = [
            reverse("staff:approve_member", args=[Application.objects.get().reference]),
            reverse("staff:decline_member", args=[Application.objects.get().reference]),
            reverse("staff:revoke_invitation", args=[Invitation.objects.get().reference]),
        ]
        for name in ("alice", "cass", "tess", "audrey"):
            self.client.force_login(person(name))
            for page in (STAFF_PAGE, *changes):
                with self.subTest(f"{name} {page}"):
                    self.assertEqual(self.client.post(page, {"name": "x"}).status_code, 403)
        for page in changes:
            self.assertEqual(self.admin.get(page).status_code, 405)
            stranger = Client().post(page)
            self.assertRedirects(stranger, f"{reverse('account_login')}?next={page}", fetch_redirect_response=False)
        self.assertIsNone(Application.objects.get().decided_at)
        self.assertIsNone(Invitation.objects.get().revoked_at)
