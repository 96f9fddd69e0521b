"""What an administrator does to people's accounts: never to their own, and never without the person being told."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.people import service
from accounts.people.errors import AccountFrozen, AddressIsTheirs, OwnAccount, RoleMissing
from events.models import Notification
from tests.base import Answer, MoneyTestCase, found
from tests.cast import PASSWORD, person
from tests.concurrency.crowd import at_once


def changed(username: str, **changes: Any) -> User:
    """The person as read, with these changes, which are not saved yet."""
    user = person(username)
    for name, value in changes.items():
        setattr(user, name, value)
    return user


def told(username: str) -> list[tuple[str, str | None]]:
    """The kind of each notice to this person, and the username of who did it."""
    notices = Notification.objects.filter(user__username=username).order_by("id").select_related("actor")
    return [(notice.kind, notice.actor.username if notice.actor else None) for notice in notices]


class AnAdministrator(MoneyTestCase):
    def setUp(self) -> None:
        self.admin = person("admin")
        self.client.force_login(self.admin)

    def post(self, whose: str, /, **typed: str) -> Answer:
        """Posts the person's page in Django's admin as it was shown, with these changes; "" leaves a name out."""
        page = reverse("admin:accounts_user_change", args=[person(whose).pk])
        form = self.client.get(page).context["adminform"].form
        shown = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
        return self.client.post(page, {name: text for name, text in (shown | typed).items() if text}, follow=True)

    def test_tells_the_person_of_every_change(self) -> None:
        for changes, kind in (
            ({"frozen": "on"}, "account_frozen"),
            ({"frozen": ""}, "account_unfrozen"),
            ({"is_active": ""}, "account_deactivated"),
            ({"is_active": "on"}, "account_reactivated"),
            ({"role": "cashier"}, "role_changed"),
            ({"last_name": "Ardent"}, "renamed"),
            ({"username": "alicia"}, "renamed"),
        ):
            with self.subTest(changes):
                Notification.objects.all().delete()
                self.assertEqual(self.post("alice", **changes).status_code, 200)
                name = changes.get("username", "alice")
                self.assertEqual(told(name), [(kind, "admin")])
        self.post("alicia")  # nothing is changed
        self.assertEqual(told("alicia"), [("renamed", "admin")])

    def test_is_named_to_the_person_on_their_page(self) -> None:
        self.post("alice", frozen="on", role="cashier")
        self.client.force_login(person("alice"))
        page = self.client.get(reverse("payments:notifications"))
        for text in ("Your account was frozen", "Your role was changed", "Ada Min", reverse("security")):
            self.assertContains(page, text)

    def test_changes_nothing_of_the_own_account(self) -> None:
        page = reverse("admin:accounts_user_change", args=[self.admin.pk])
        self.assertNotContains(self.client.get(page), 'name="role"')
        for typed in ({"role": "member"}, {"frozen": "on"}, {"is_active": ""}):
            self.assertEqual(self.client.post(page, {"username": "admin"} | typed).status_code, 403)
        for changes in ({"role": "member"}, {"frozen": True}, {"is_active": False}, {"last_name": "Max"}):
            with self.subTest(changes), self.assertRaises(OwnAccount):
                service.save_as_administrator(by=self.admin, person=changed("admin", **changes))
        self.assertEqual((person("admin").role, person("admin").frozen), ("administrator", False))

    def test_who_is_frozen_helps_nobody_and_gets_no_second_account(self) -> None:
        User.objects.filter(pk=self.admin.pk).update(frozen=True)
        with self.assertRaises(OwnAccount):
            service.save_as_administrator(by=self.admin, person=changed("admin", frozen=False))
        with self.assertRaises(AccountFrozen):
            service.save_as_administrator(by=self.admin, person=changed("alice", role="administrator"))
        self.assertContains(self.post("alice", role="administrator"), "Your account is frozen.")
        zoe = {"username": "zoe", "first_name": "Zoe", "last_name": "Z", "email": "zoe@example.org", "currency": "GBP"}
        words = {"password1": "long enough 77", "password2": "long enough 77"}
        answer = self.client.post(reverse("staff:administrators"), zoe | words)
        self.assertContains(answer, "Your account is frozen.", status_code=403)
        self.assertEqual(person("alice").role, "member")
        self.assertFalse(User.objects.filter(username="zoe").exists())
        self.assertEqual(told("alice"), [])

    def test_whose_role_was_taken_meanwhile_changes_nothing(self) -> None:
        User.objects.filter(pk=self.admin.pk).update(role="member", is_staff=False, is_superuser=False)
        with self.assertRaises(RoleMissing):
            service.save_as_administrator(by=self.admin, person=changed("alice", frozen=True))
        self.assertFalse(person("alice").frozen)

    def test_two_who_freeze_each_other_at_once_are_not_both_frozen(self) -> None:
        User.objects.filter(username="tess").update(role="administrator", is_staff=True, is_superuser=True)
        for _ in range(5):
            outcomes = at_once(
                [
                    lambda: service.save_as_administrator(by=person("admin"), person=changed("tess", frozen=True)),
                    lambda: service.save_as_administrator(by=person("tess"), person=changed("admin", frozen=True)),
                ]
            )
            self.assertEqual(outcomes, {"done": 1, "AccountFrozen": 1})
            User.objects.update(frozen=False)

    def test_corrects_an_address_only_until_its_owner_has_signed_in(self) -> None:
        self.post("alice", email="Typo@example.org")
        address = EmailAddress.objects.get(user=person("alice"))
        self.assertEqual((address.email, address.verified), ("typo@example.org", False))
        self.assertEqual(told("alice"), [("address_changed", "admin")])
        User.objects.filter(username="alice").update(last_login=timezone.now())
        self.post("alice", email="mine@example.org")
        self.assertEqual(address.email, EmailAddress.objects.get(user=person("alice")).email)
        self.assertEqual(person("alice").email, "")  # nobody has confirmed it
        with self.assertRaises(AddressIsTheirs):
            service.save_as_administrator(by=self.admin, person=changed("alice", email="mine@example.org"))

    def test_sends_a_link_for_a_new_password_and_does_not_learn_it(self) -> None:
        answer = self.act("send_reset", "alice")
        self.assertContains(answer, "Sent to alice.")
        self.assertEqual([each.to for each in mail.outbox], [["alice@example.org"]])
        link = found(r"https?://[^/]+(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
        self.assertNotIn(link, answer.content.decode())
        self.assertTrue(person("alice").check_password(PASSWORD))
        self.assertEqual(told("alice"), [("reset_sent", "admin")])

    def test_sends_a_link_to_an_unconfirmed_address_only_before_the_first_time(self) -> None:
        EmailAddress.objects.filter(user=person("alice")).update(verified=False)
        self.assertContains(self.act("send_reset", "alice"), "Sent to alice.")
        self.assertEqual([each.to for each in mail.outbox], [["alice@example.org"]])
        User.objects.filter(username="alice").update(last_login=timezone.now())
        EmailAddress.objects.filter(user=person("bob")).delete()
        answer = self.act("send_reset", "alice", "bob")
        self.assertContains(answer, "has no confirmed e-mail address", count=2)
        self.assertEqual((len(mail.outbox), told("bob")), (1, []))

    def test_saves_a_person_who_has_signed_in_and_confirmed_no_address(self) -> None:
        EmailAddress.objects.filter(user=person("alice")).update(verified=False)
        User.objects.filter(username="alice").update(last_login=timezone.now())
        self.post("alice", frozen="on")
        self.assertEqual((person("alice").frozen, told("alice")), (True, [("account_frozen", "admin")]))
        self.assertTrue(EmailAddress.objects.filter(user=person("alice")).exists())

    def test_saves_a_person_who_has_no_address(self) -> None:
        EmailAddress.objects.filter(user=person("alice")).delete()
        self.post("alice", last_name="Ardent")
        self.assertEqual((person("alice").last_name, told("alice")), ("Ardent", [("renamed", "admin")]))

    def test_sends_no_link_to_the_inactive_nor_to_oneself(self) -> None:
        User.objects.filter(username="alice").update(is_active=False)
        answer = self.act("send_reset", "alice", "admin")
        self.assertContains(answer, "You cannot do this for your own account.")
        self.assertEqual((mail.outbox, told("alice"), told("admin")), ([], [], []))

    def test_reads_that_a_mail_could_not_be_sent(self) -> None:
        with self.settings(
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=1
        ):
            self.assertContains(self.act("send_reset", "alice"), "The mail to alice could not be sent.")

    def act(self, action: str, *usernames: str) -> Answer:
        chosen = [str(person(username).pk) for username in usernames]
        form = {"action": action, ACTION_CHECKBOX_NAME: chosen}
        return self.client.post(reverse("admin:accounts_user_changelist"), form, follow=True)
