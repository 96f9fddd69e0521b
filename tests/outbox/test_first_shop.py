"""What the guide promises: its shop sells a coffee, and its receiver verifies, both as programs of their own."""

from __future__ import annotations

import datetime as dt
import os
import signal
import socket
import subprocess
import sys
import threading
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.test import LiveServerTestCase
from django.urls import reverse

from accounts.tokens.service import issue
from outbox.messenger import deliver
from outbox.webhooks import service
from payments.models import PaymentRequest
from payments.requests.service import decline_request, quote_request
from payments.transfers.service import send_money
from tests.base import MoneyTestCase
from tests.cast import PIN, person

from .receiver import until


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class TheGuide(MoneyTestCase, LiveServerTestCase):
    def setUp(self) -> None:
        self.shop, self.buyer, self.port = person("alice"), person("bob"), free_port()
        self.endpoint, self.secret = service.create_endpoint(user=self.shop, url=f"http://127.0.0.1:{self.port}/hook")
        stopped = threading.Event()
        messenger = threading.Thread(target=deliver, args=(stopped,))
        messenger.start()
        self.addCleanup(messenger.join)
        self.addCleanup(stopped.set)

    def start(self, *command: str, **more: str) -> subprocess.Popen[str]:
        environment = os.environ | {"SECRET": self.secret, "PORT": str(self.port)} | more
        process = subprocess.Popen(
            [sys.executable, *command], env=environment, stdout=subprocess.PIPE, text=True, cwd=settings.BASE_DIR
        )
        self.addCleanup(process.stdout.close)  # type: ignore[union-attr]
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def start_shop(self) -> Any:
        _, token = issue(
            user=self.shop, name="shop", scopes=["requests:write", "wallet:read"], lives=dt.timedelta(days=1)
        )
        shop = self.start("static/programs/first_shop.py", "bob", WALLET=self.live_server_url, TOKEN=token)
        self.assertEqual(shop.stdout.readline(), "Waiting for the payment\n")  # type: ignore[union-attr]
        return shop

    def test_has_a_shop_that_hands_out_the_coffee_when_it_is_paid(self) -> None:
        shop = self.start_shop()
        request = PaymentRequest.objects.get()
        quote = quote_request(payer=self.buyer, payment_request=request, key=uuid4())
        send_money(payer=self.buyer, quote=quote, pin=PIN)
        said, _ = shop.communicate(timeout=30)
        self.assertEqual(said.splitlines()[-2:], ["The order is paid", "Here is your coffee."])

    def test_has_a_shop_that_keeps_the_coffee_when_the_buyer_declines(self) -> None:
        shop = self.start_shop()
        decline_request(payer=self.buyer, payment_request=PaymentRequest.objects.get())
        said, _ = shop.communicate(timeout=30)
        self.assertEqual(said.splitlines()[-1], "No coffee today.")

    def test_has_a_receiver_that_verifies_and_prints(self) -> None:
        command = "manage.py", "webhook_receiver", "--port", str(self.port)
        receiver = self.start(*command, DJANGO_SETTINGS_MODULE="wallet_site.settings")
        self.assertIn("Listening", receiver.stdout.readline())  # type: ignore[union-attr]
        service.ping(self.endpoint)
        self.assertTrue(receiver.stdout.readline().startswith("ping (number"))  # type: ignore[union-attr]
        self.assertTrue(until(lambda: self.endpoint.deliveries.get().sent_at))
        service.roll_secret(self.endpoint, at_once=True)
        service.ping(self.endpoint)
        while "REFUSED" not in (line := receiver.stdout.readline()):  # type: ignore[union-attr]
            self.assertTrue(line)
        receiver.send_signal(signal.SIGINT)

    def test_has_the_program_that_is_tested_here(self) -> None:
        page = self.client.get(reverse("outbox:guide"))
        self.assertContains(page, "A shop that sells one coffee")
        self.assertContains(page, "transfer.received")
