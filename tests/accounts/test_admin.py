"""Django's admin reveals no secret and changes none. Every registered model and every field in it is on a list here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.sessions.models import Session
from django.db.models import Model
from django.test import Client, RequestFactory, SimpleTestCase
from django.urls import reverse

from accounts.models import User
from accounts.tokens import service as api_tokens
from tests.base import MoneyTestCase
from tests.cast import PASSWORD, person, quoted, sent

# What the admin may show: the registered models, each with the names that its pages may have.
SHOWN: dict[str, set[str]] = {
    "accounts.User": {
        *("username", "first_name", "last_name", "email", "currency"),
        *("role", "frozen", "is_active", "last_login", "date_joined"),
    },
    "ledger.Wallet": {
        *("id", "reference", "owner", "owner__username", "purpose", "currency_code", "running", "floor"),
        *("settled", "held", "settled_minor", "held_minor", "seq", "upto", "moved_at"),
    },
    "ledger.Transfer": {
        *("reference", "made_by", "made_by__username", "key", "kind", "outcome", "note", "source", "target", "legs"),
        *("paid", "received", "made_at", "timestamped", "booked_at", "xid", "reverses", "refunds", "hold"),
    },
    "ledger.AuditRun": {"at", "breaches"},
    "ledger.VerificationRun": {"at", "seals", "findings"},
    "payments.PaymentRequest": {
        *("reference", "key", "requester", "payer", "wallet", "amount", "amount_minor", "note", "status", "transfer"),
        *("made_at", "created_at", "expires_at", "closed_at"),
    },
    "payments.TopUp": {"transfer", "wallet", "amount", "amount_minor", "method", "verified", "booked_at"},
    "payments.Quote": {
        *("reference", "key", "maker", "source", "target", "source_minor", "target_minor", "rate", "note"),
        *("source_amount", "target_amount", "payment_request", "created_at", "expires_at"),
    },
}
# What it may change. Everything else is only shown.
CHANGED = {"accounts.User": {"username", "first_name", "last_name", "email", "role", "frozen", "is_active"}}
ACTIONS = {"accounts.User": {"send_reset"}}

# Names that SHOWN may never have, whatever is added to it.
SECRETS: dict[str, set[str]] = {
    "accounts.User": {
        *("password", "pin_hash", "pin_failures", "pin_locked_until"),
        *("is_staff", "is_superuser", "groups", "user_permissions"),  # the role decides; no secret, but a forged right
    },
    "accounts.ApiToken": {"digest", "prefix"},
    "payments.Invitation": {"digest"},
    "account.EmailAddress": {"verified"},
    "account.EmailConfirmation": {"key"},
    "mfa.Authenticator": {"data"},
    "usersessions.UserSession": {"session_key", "data", "ip", "user_agent"},
    "sessions.Session": {"session_key", "session_data"},
}


def registered() -> Iterator[tuple[str, admin.ModelAdmin[Any]]]:
    for model, page in admin.site._registry.items():
        yield model._meta.label, page


def names_on(page: admin.ModelAdmin[Any], user: User, thing: Model | None) -> set[str]:
    """Every name on the list, the filters, the search, and the page of `thing` (None: the page to add one)."""
    request = RequestFactory().get("/")
    request.user = user
    listed = [*page.get_list_display(request), *page.list_editable, *page.get_list_filter(request)]
    sought = [name.lstrip("^=@") for name in page.get_search_fields(request)]
    on_form = [*flatten_fieldsets(page.get_fieldsets(request, thing)), *page.get_readonly_fields(request, thing)]
    return {str(name) for name in [*listed, *sought, *on_form]}


class EveryPage(SimpleTestCase):
    def test_of_djangos_admin_is_on_the_list(self) -> None:
        self.assertEqual({label for label, _ in registered()}, set(SHOWN))

    def test_has_no_inline_no_link_to_a_password_and_known_actions_alone(self) -> None:
        request = RequestFactory().get("/")
        request.user = User(username="x", role="administrator", is_staff=True, is_superuser=True)
        for label, page in registered():
            with self.subTest(label):
                self.assertEqual(list(page.inlines), [])
                self.assertEqual(set(page.get_actions(request)), ACTIONS.get(label, set()))
                # Besides the pages that every model has, there is none.
                self.assertEqual([len(page.urls)], [len(admin.ModelAdmin(page.model, admin.site).urls)])

    def test_shows_no_secret_by_its_name(self) -> None:
        for label, names in SECRETS.items():
            with self.subTest(label):
                fields = {field.name for field in apps.get_model(label)._meta.get_fields()}
                self.assertLessEqual(names, fields, "the list names a field that does not exist")
                self.assertEqual(SHOWN.get(label, set()) & names, set())

    def test_shows_no_field_whose_name_sounds_like_a_secret(self) -> None:
        sounds = ("password", "pin", "hash", "secret", "token", "digest", "session", "totp", "code", "verified")
        harmless = {("ledger.Wallet", "currency_code"), ("payments.TopUp", "verified")}
        for label, names in SHOWN.items():
            found = {name for name in names if any(sound in name for sound in sounds) and (label, name) not in harmless}
            self.assertEqual(found, set(), label)


class AnAdministrator(MoneyTestCase):
    def setUp(self) -> None:
        self.admin, self.alice = person("admin"), person("alice")
        self.client.force_login(self.admin)
        self.things = {"accounts.User": self.alice}
        sent(self.alice, person("bob"), "1")
        quoted(self.alice, person("bob"), "1")

    def test_finds_only_listed_names_on_every_page(self) -> None:
        for label, page in registered():
            for thing in (None, self.things.get(label) or page.model._default_manager.first()):
                with self.subTest(label, thing=thing):
                    self.assertLessEqual(names_on(page, self.admin, thing), SHOWN[label])

    def test_changes_only_listed_fields(self) -> None:
        for label, page in registered():
            request = RequestFactory().get("/")
            request.user = self.admin
            self.assertFalse(page.has_add_permission(request), label)
            self.assertFalse(page.has_delete_permission(request), label)
            if page.has_change_permission(request):
                form = page.get_form(request, self.things[label])
                self.assertLessEqual(set(form.base_fields), CHANGED[label], label)
            else:
                self.assertNotIn(label, CHANGED)

    def test_reads_no_secret_on_any_page(self) -> None:
        secrets = self.secrets_of(self.alice)
        pages = list(self.pages())
        self.assertGreater(len(pages), 20)
        for address in pages:
            answer = self.client.get(address, follow=True)
            with self.subTest(address):
                self.assertIn(answer.status_code, (200, 403, 404))
                for name, secret in secrets.items():
                    self.assertNotIn(secret, answer.content.decode(), name)

    def test_sets_nobodys_password_and_nobodys_pin(self) -> None:
        before = person("alice")
        page = reverse("admin:accounts_user_change", args=[self.alice.pk])
        forged = {"password": "x", "pin_hash": "x", "pin_failures": "0", "is_superuser": "on", "user_permissions": "1"}
        form = self.client.get(page).context["adminform"].form
        typed = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
        self.assertRedirects(
            self.client.post(page, typed | forged | {"last_name": "Changed"}), reverse("admin:accounts_user_changelist")
        )
        after = person("alice")
        self.assertEqual(after.last_name, "Changed")
        for name in ("password", "pin_hash", "pin_failures", "is_superuser"):
            self.assertEqual(getattr(before, name), getattr(after, name), name)
        answer = self.client.post(f"/admin/accounts/user/{self.alice.pk}/password/", {"password1": PASSWORD + "x"})
        self.assertIn(answer.status_code, (302, 404))
        self.assertEqual(person("alice").password, before.password)

    def test_finds_no_hash_by_asking_for_its_letters(self) -> None:
        for address in (
            "/admin/accounts/user/?pin_hash__startswith=p",
            "/admin/accounts/user/?password__startswith=a",
            "/admin/accounts/user/?api_tokens__digest__startswith=a",
            "/admin/accounts/user/?authenticator__data__contains=a",
            "/admin/ledger/wallet/?owner__pin_hash__startswith=p",
            "/admin/ledger/transfer/?made_by__password__startswith=a",
        ):
            with self.subTest(address):
                self.assertEqual(self.client.get(address).status_code, 400)
        self.assertContains(self.client.get("/admin/accounts/user/?role__exact=member&q=archer"), "alice")

    def test_changes_the_own_password_where_everybody_does(self) -> None:
        self.assertRedirects(self.client.get("/admin/password_change/"), reverse("account_change_password"))

    def secrets_of(self, user: User) -> dict[str, str]:
        """The secrets of a person who has one of each kind, as they are stored."""
        TOTP.activate(user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
        RecoveryCodes.activate(user)
        Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={"credential": "webauthnkey"})
        token, secret = api_tokens.issue(user=user, name="t", scopes=["wallet:read"], lives=dt.timedelta(days=1))
        client = Client()
        client.force_login(user)
        session = client.session.session_key
        UserSession.objects.create(user=user, session_key=session, ip="198.51.100.7", user_agent="HerPhone")
        EmailAddress.objects.filter(user=user).update(verified=True)
        user = person(user.username)
        found = {"password": user.password.rpartition("$")[2], "pin": user.pin_hash}
        found |= {"token": token.digest, "secret": secret}
        found |= {"session": str(session), "device": "HerPhone", "webauthn": "webauthnkey"}
        for each in Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.WEBAUTHN):
            found |= {f"{each.type} {name}": str(value) for name, value in each.data.items() if len(str(value)) > 8}
        self.assertTrue(Session.objects.filter(session_key=session).exists())
        self.assertGreaterEqual(len(found), 9)
        self.assertTrue(all(found.values()))
        return found

    def pages(self) -> Iterator[str]:
        """The index, and the list, the form to add, each thing's page and its history, of every registered model.

        Also the pages that Django or allauth would have for secrets.
        """
        yield reverse("admin:index")
        for label, page in registered():
            name = label.lower().replace(".", "_")
            yield reverse(f"admin:{name}_changelist")
            yield reverse(f"admin:{name}_add")
            for thing in page.model._default_manager.all()[:20]:
                for view in ("change", "history", "delete"):
                    yield reverse(f"admin:{name}_{view}", args=[thing.pk])
        yield f"/admin/accounts/user/{self.alice.pk}/password/"
        for path in ("account/emailaddress", "mfa/authenticator", "usersessions/usersession", "auth/group"):
            yield f"/admin/{path}/"
        yield from ("/admin/sessions/session/", "/admin/accounts/apitoken/", "/admin/account/emailconfirmation/")
