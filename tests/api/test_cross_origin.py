"""Programs in a browser may use the API from any site, with a token; no address that takes cookies is opened."""

from __future__ import annotations

from django.test import Client

from .base import ApiTestCase

ORIGIN = {"Origin": "https://shop.example.org"}
ASKS = ORIGIN | {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
CORS = "Access-Control-"


class CrossOrigin(ApiTestCase):
    def test_a_browser_that_asks_first_is_told_what_it_may_send(self) -> None:
        answer = Client().options("/api/v1/transfers", headers=ASKS)
        self.assertEqual((answer.status_code, answer.content), (204, b""))
        self.assertEqual(answer.headers[f"{CORS}Allow-Origin"], "*")
        self.assertIn("POST", answer.headers[f"{CORS}Allow-Methods"])
        for name in ("Authorization", "Content-Type", "Idempotency-Key"):
            self.assertIn(name, answer.headers[f"{CORS}Allow-Headers"])
        self.assertEqual(answer.headers[f"{CORS}Max-Age"], "86400")

    def test_every_answer_may_be_read_and_a_refusal_as_well(self) -> None:
        for answer in (self.send(), self.send("nobody"), Client().get("/api/v1/wallet"), Client().get("/api/v1/no")):
            self.assertEqual(answer.headers[f"{CORS}Allow-Origin"], "*")
            self.assertIn("Idempotent-Replayed", answer.headers[f"{CORS}Expose-Headers"])
            self.assertNotIn(f"{CORS}Allow-Credentials", answer.headers)

    def test_a_signed_in_browser_gets_nothing_by_its_cookie(self) -> None:
        browser = Client()
        browser.force_login(self.alice.user)
        self.assert_problem(browser.get("/api/v1/wallet", headers=ORIGIN), 401, "token_invalid")

    def test_addresses_that_take_cookies_are_closed(self) -> None:
        browser = Client()
        browser.force_login(self.alice.user)
        for path in ("/", "/payments/send/", "/accounts/tokens/", "/api/docs"):
            for answer in (browser.get(path, headers=ORIGIN), browser.options(path, headers=ASKS)):
                with self.subTest(path):
                    self.assertFalse([name for name in answer.headers if name.startswith(CORS)])
