"""X6 finds nothing here; and it finds pages that change by GET, take forged POSTs, lead elsewhere, or repeat a host."""

from __future__ import annotations

from contextlib import ExitStack
from unittest import mock

from django.middleware.csrf import CsrfViewMiddleware
from django.test import SimpleTestCase, override_settings

from accounts.models import User
from accounts.people import views
from accounts.people.adapter import AccountAdapter
from accounts.people.security import security_of
from lab.attacks import forgeries, safe_methods
from lab.attacks.addresses import places
from lab.attacks.fingerprint import changed, fingerprint
from tests.base import MoneyTestCase
from tests.cast import person, sent

from .in_process import found, means

SOME = {"home", "security", "payments:review", "payments:hold", "staff:cash_proposal", "account_login", "api:get_hold"}


class AFingerprint(MoneyTestCase):
    def test_names_the_tables_that_changed(self) -> None:
        before = fingerprint()
        self.assertEqual(changed(before, fingerprint()), [])
        sent(person("alice"), person("bob"), "1.00")
        self.assertLessEqual({"ledger_transfer", "ledger_entry", "payments_quote"}, set(changed(before, fingerprint())))


class SomePages(MoneyTestCase):
    """Over HTTPS the attacks go everywhere (`test_short_run.py`); here to some pages, with and without a guard."""

    def setUp(self) -> None:
        some = [place for place in places() if place.name in SOME]
        self.assertEqual({place.name for place in some}, SOME)
        with ExitStack() as patches:
            for module in (forgeries, safe_methods):
                patches.enter_context(mock.patch.object(module, "places", lambda: some))
            self.addCleanup(patches.pop_all().close)
        self.means = means(scale=1.0)

    def test_that_are_opened_change_nothing(self) -> None:
        result = found(safe_methods.open_everything, self.means)
        self.assertEqual(result.findings, [])
        self.assertGreaterEqual(result.checks, 10 * len(SOME) * 2)

    def test_that_change_something_when_opened_are_found(self) -> None:
        def changing(user: User) -> object:
            User.objects.filter(pk=user.pk).update(first_name="Changed")
            return security_of(user)

        with mock.patch.object(views, "security_of", changing):
            result = found(safe_methods.open_everything, self.means)
        self.assertIn("member changed ['accounts_user']", str(result.findings))

    def test_refuse_forged_posts(self) -> None:
        self.assertEqual(found(forgeries.without_token, self.means).findings, [])

    def test_that_take_forged_posts_are_found(self) -> None:
        with mock.patch.object(CsrfViewMiddleware, "process_view", return_value=None):
            findings = "\n".join(found(forgeries.without_token, self.means).findings)
        self.assertRegex(findings, "POST payments:review .* as member was answered 302 and not refused")

    def test_lead_nowhere_else(self) -> None:
        self.assertEqual(found(forgeries.open_redirects, self.means).findings, [])

    def test_that_lead_elsewhere_are_found(self) -> None:
        with mock.patch.object(AccountAdapter, "is_safe_url", lambda *_: True):
            findings = str(found(forgeries.open_redirects, self.means).findings)
        self.assertIn("POST /accounts/login/ with '//evil.example/' leads to", findings)

    def test_repeat_no_host(self) -> None:
        for attack in (forgeries.forged_hosts, forgeries.forged_letters):
            self.assertEqual(found(attack, self.means).findings, [])

    @override_settings(ALLOWED_HOSTS=["*"], USE_X_FORWARDED_HOST=True)
    def test_that_repeat_a_host_are_found(self) -> None:
        findings = "\n".join(found(forgeries.forged_letters, self.means).findings)
        for header in ("Host", "X-Forwarded-Host"):
            self.assertIn(f"a letter asked for with {{'{header}': 'evil.example'", findings)
            self.assertIn(f"an invitation made with {{'{header}': 'evil.example'", findings)


class AnAddress(SimpleTestCase):
    def test_leads_elsewhere_as_browsers_read_it(self) -> None:
        origin = "https://localhost:8443"
        here = ("", "/", "/payments/?next=//x", "?a=b", f"{origin}/", "payments/1:2/")
        there = (
            "//x",
            "/\\x",
            "\\\\x",
            "\t//x",
            "/\t/x",
            "https:x",
            "javascript:x",
            f"{origin}.x/",
            "https://localhost:1/",
        )
        for location in here:
            with self.subTest(location):
                self.assertFalse(forgeries.leads_elsewhere(location, origin))
        for location in there:
            with self.subTest(location):
                self.assertTrue(forgeries.leads_elsewhere(location, origin))
