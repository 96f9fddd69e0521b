"""The methods of pages: what is not GET, HEAD or POST is refused before anything is read."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.urls import reverse

from tests.base import MoneyTestCase
from tests.cast import PASSWORD, person

OTHERS = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND")


class APage(MoneyTestCase):
    def test_knows_no_other_method_whoever_asks(self) -> None:
        for who in (None, "alice", "admin"):
            if who:
                self.client.force_login(person(who))
            for address in ("/", "/accounts/login/", "/payments/send/", "/staff/", "/admin/", "/nothing", "/api/docs"):
                for method in OTHERS:
                    with self.subTest(f"{method} {address} by {who}"), self.assertNumQueries(0):
                        answer = self.client.generic(method, address)
                        self.assertEqual((answer.status_code, answer["Allow"]), (405, "GET, HEAD, POST"))

    def test_of_allauth_deletes_nothing_by_delete(self) -> None:
        """Its pages that delete do so by DELETE as well as by POST."""
        alice = person("alice")
        key = Authenticator.objects.create(
            user=alice, type=Authenticator.Type.WEBAUTHN, data={"name": "Key", "credential": {}}
        )
        self.client.force_login(alice)
        self.client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        self.assertEqual(self.client.delete(reverse("mfa_remove_webauthn", args=[key.pk])).status_code, 405)
        self.assertTrue(Authenticator.objects.filter(pk=key.pk).exists())


class WhatIsForPrograms(MoneyTestCase):
    def test_names_its_own_methods(self) -> None:
        for address, methods in (("/api/v1/wallet", "GET, HEAD"), ("/conversion/GBP/EUR/1", "GET")):
            answer = self.client.put(address)
            self.assertEqual((answer.status_code, answer["Allow"]), (405, methods))
