"""What somebody needs who tries the site with a program of their own for the first time."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from django.test import SimpleTestCase, override_settings
from django.urls import reverse

from tests.base import MoneyTestCase

DOCUMENTATION = ("api_docs", "outbox:guide")


class TheCertificate(MoneyTestCase):
    def test_of_an_own_authority_can_be_fetched_as_the_documentation_says(self) -> None:
        with TemporaryDirectory() as place:
            authority = Path(place) / "root.crt"
            authority.write_bytes(b"-----BEGIN CERTIFICATE-----")
            with override_settings(OWN_AUTHORITY=authority):
                self.assertEqual(self.client.get("/authority.crt").content, authority.read_bytes())
                for page in DOCUMENTATION:
                    self.assertContains(self.client.get(reverse(page)), "http://testserver/authority.crt")

    @override_settings(OWN_AUTHORITY=None)
    def test_is_no_subject_where_the_world_knows_who_vouches_for_it(self) -> None:
        self.assertEqual(self.client.get("/authority.crt").status_code, 404)
        for page in DOCUMENTATION:
            self.assertNotContains(self.client.get(reverse(page)), "authority.crt")


class TheDemosPeople(SimpleTestCase):
    databases = {"default"}

    def test_are_named_where_one_signs_in_and_in_a_demo_alone(self) -> None:
        page, alice = reverse("account_login"), "<code>alice</code> / <code>demo</code>"
        with override_settings(DEMO=True):
            self.assertContains(self.client.get(page), alice)
        with override_settings(DEMO=False):
            self.assertNotContains(self.client.get(page), alice)
