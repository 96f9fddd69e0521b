"""The JSON wallet over real HTTP, as a program of its first users calls it: `requests` and its cookies."""

from __future__ import annotations

from typing import Any

import requests
from django.conf import settings
from django.test import LiveServerTestCase, override_settings

from tests.base import MoneyTestCase
from tests.cast import PASSWORD

from .banks import a_bank

# The password of the examples is on every list of common ones.
RULES = [rule for rule in settings.AUTH_PASSWORD_VALIDATORS if "Common" not in rule["NAME"]]


@override_settings(
    AUTH_PASSWORD_VALIDATORS=RULES,
    SIGN_UP="open",
    ACCOUNT_EMAIL_VERIFICATION="none",
    OPENING_GRANT="0",
    JSON_WITHOUT_PIN="100.00 GBP",
    SESSION_COOKIE_SECURE=False,  # the test's server has no TLS
)
class AProgram(MoneyTestCase, LiveServerTestCase):
    def call(self, session: requests.Session, name: str, /, **body: Any) -> Any:
        answer = session.post(f"{self.live_server_url}/api/{name}", json=body, timeout=10)
        self.assertEqual(answer.status_code, 200, answer.text)
        return answer.json()

    def test_signs_up_signs_in_is_credited_by_the_bank_and_pays(self) -> None:
        new = {"name": "Ivan Petrov", "email": "ivan@example.org", "password": "Pa$$w0rd"}
        ivan = self.call(requests.Session(), "signup", **new)
        olga = self.call(requests.Session(), "signup", **new | {"name": "Olga", "email": "olga@example.org"})
        self.assertEqual({"name", "email", "user_id", "wallet_id", "pin"}, set(ivan))
        his, hers = ivan["wallet_id"], olga["wallet_id"]

        a_bank(needs_reference=False)
        bank = requests.Session()
        told = self.call(bank, "login", email="tidebank@example.org", password=PASSWORD)
        self.assertEqual(told, {"name": "Tide Bank", "email": "tidebank@example.org"})
        credited = self.call(bank, "external_to_wallet", wallet_id=his, amount=115.6, details="From outside")
        self.assertEqual((credited["status"], credited["balance"]), ("OK", -115.6))

        session = requests.Session()
        self.call(session, "login", email="ivan@example.org", password="Pa$$w0rd")
        paid = self.call(session, "wallet_to_wallet", wallet_id=hers, amount=15.5)
        self.assertEqual((paid["status"], paid["wallet_id"], paid["balance"]), ("OK", his, 100.1))
        paid = self.call(session, "wallet_to_wallet", wallet_id=hers, amount=100.1, pin=ivan["pin"])
        self.assertEqual(paid["balance"], 0.0)

        shown = session.get(f"{self.live_server_url}/api/wallet", timeout=10).json()
        self.assertEqual((shown["wallet_id"], shown["user_id"], shown["balance"]), (his, ivan["user_id"], 0.0))
        operations = [(each["amount"], each["debet"], each["opertype"]) for each in shown["operations"]]
        self.assertEqual(
            operations, [(100.1, True, "w2w_onestep"), (15.5, True, "w2w_onestep"), (115.6, False, "external_in")]
        )
        self.assertEqual(self.call(session, "logout"), {"status": "OK"})
        self.assertEqual(session.get(f"{self.live_server_url}/api/wallet", timeout=10).status_code, 401)
