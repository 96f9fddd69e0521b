"""A web process that is told to end finishes what it works on, and the front asks another one for the rest."""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import signal
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from urllib.parse import urlencode

from django.db import connection

from lab.scratch.databases import url_of
from lab.scratch.installation import free_port
from lab.scratch.visitors import FORM, Visitor, address_of, is_receipt, quoted, signed_in
from lab.scratch.world import Member
from payments.models import Quote
from payments.owners import wallet_of
from runtime.front import UPLOADS, Front
from runtime.liveness import QUESTION
from runtime.services import services_of
from runtime.supervisor import FIRST_PAUSE_S, Service, Supervisor
from tests import patience
from tests.base import MoneyTestCase
from tests.cast import person

from .test_supervisor import eventually

CLIENTS = 8
START_WITHIN_S = 60.0
END_WITHIN_S = 10.0
MOST_PAYMENTS = 20_000


class Draining(MoneyTestCase):
    """Two web processes behind a front, on the test's database."""

    def setUp(self) -> None:
        place = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.front = Front(place, "127.0.0.1", free_port())
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATABASE_URL": url_of("DATABASE_URL", connection.settings_dict["NAME"]),
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
        }
        others = ("timestamp", "conversion", "worker", "messenger")
        services = [one for one in services_of(environment, self.front, 2) if one.name not in others]
        self.web = [one for one in services if one.socket]
        self.supervisor = Supervisor(services)
        self.supervisor.start()
        self.addCleanup(self.supervisor.stop)
        for one in self.web:
            self.wait_until_it_answers(one)
        self.assertTrue(eventually(self.front.authority.exists, START_WITHIN_S))
        self.failures: list[str] = []
        self.answered = 0
        self.over = threading.Event()

    def wait_until_it_answers(self, service: Service) -> None:
        """Not only until it listens: while granian starts, it forgets a SIGTERM."""
        assert service.socket is not None
        give_up_at = time.monotonic() + START_WITHIN_S
        while True:
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
                client.settimeout(START_WITHIN_S)
                client.connect(str(service.socket))
                client.sendall(QUESTION)
                if client.recv(100):
                    return
            self.assertLess(time.monotonic(), give_up_at, f"{service.name} does not start")
            time.sleep(0.05)

    def test_restarts_cut_no_request(self) -> None:
        with self.clients():
            for number in range(patience.times(5, 30)):
                service = self.web[number % 2]
                assert service.process is not None
                service.process.send_signal(signal.SIGTERM)
                service.process.wait(END_WITHIN_S)
                with self.assertLogs("supervisor", "WARNING"):
                    self.supervisor.check()  # its end
                time.sleep(FIRST_PAUSE_S)
                service.start_again_at = 0.0
                self.supervisor.check()
                self.wait_until_it_answers(service)
        self.assertEqual(self.failures, [])
        self.assertGreater(self.answered, 5 * CLIENTS)

    def test_while_one_is_away_the_other_does_the_work(self) -> None:
        """The one that is away has the fewest requests, so it was the front's first choice: a tenth was answered."""
        before = self.answered_within(2)
        process = self.web[0].process
        assert process is not None
        process.send_signal(signal.SIGTERM)
        process.wait(END_WITHIN_S)
        self.assertGreater(self.answered_within(2), before / 4)

    def test_while_one_is_away_a_file_is_asked_for_at_the_other(self) -> None:
        """The front asks whether this person may send a file; half of these questions once got no answer."""
        process = self.web[0].process
        assert process is not None
        process.send_signal(signal.SIGTERM)
        process.wait(END_WITHIN_S)
        stranger = {"Content-Type": FORM}
        answers = [self.ask("POST", UPLOADS[0], "a=1", stranger) for _ in range(12)]
        self.assertEqual({status for status, _ in answers}, {302})

    def answered_within(self, seconds: float) -> int:
        """How often CLIENTS threads get /livez in this time, each over one connection."""
        ends_at = time.monotonic() + seconds

        def ask() -> int:
            client, times = http.client.HTTPSConnection("localhost", self.front.port, context=self.trust), 0
            while time.monotonic() < ends_at:
                client.request("GET", "/livez")
                client.getresponse().read()
                times += 1
            client.close()
            return times

        with ThreadPoolExecutor(CLIENTS) as threads:
            return sum(done.result() for done in [threads.submit(ask) for _ in range(CLIENTS)])

    def test_the_end_of_all_answers_a_request_that_is_still_being_sent(self) -> None:
        """The front waits for its body, so the web processes must not end before the front."""
        client = http.client.HTTPSConnection("localhost", self.front.port, timeout=30, context=self.trust)
        self.addCleanup(client.close)
        client.putrequest("POST", "/accounts/login/")
        client.putheader("Content-Length", "3")
        client.endheaders(b"a=")

        def finish() -> None:
            time.sleep(1)
            client.send(b"1")

        finishing = threading.Thread(target=finish)
        finishing.start()
        began = time.monotonic()
        self.supervisor.stop()
        self.assertLess(time.monotonic() - began, END_WITHIN_S)
        finishing.join()
        self.assertEqual(client.getresponse().status, 403)  # there is no CSRF token in it

    @contextlib.contextmanager
    def clients(self) -> Iterator[None]:
        """Half of them pay, the others look at their home page, one request after another until the block ends."""
        alice, bob = (Member(wallet_of(user).pk, user.pk) for user in (person("alice"), person("bob")))
        visitor = signed_in(alice)
        quotes = quoted([visitor], [alice, bob], many=MOST_PAYMENTS, chance=random.Random(1))
        threads = [threading.Thread(target=self.pay, args=(visitor, quotes[n::CLIENTS])) for n in range(CLIENTS // 2)]
        threads += [threading.Thread(target=self.look, args=(visitor,)) for _ in range(CLIENTS // 2)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.over.set()
            for thread in threads:
                thread.join()

    def pay(self, visitor: Visitor, quotes: list[Quote]) -> None:
        headers = {"Cookie": visitor.cookies, "Referer": f"https://localhost:{self.front.port}/", "Content-Type": FORM}
        for quote in quotes:
            if self.over.is_set():
                return
            status, location = self.ask("POST", address_of(quote), urlencode(visitor.confirmation), headers)
            if status and not is_receipt(status, location):
                self.failures.append(f"payment: {status} {location}")

    def look(self, visitor: Visitor) -> None:
        while not self.over.is_set():
            status, _ = self.ask("GET", "/", None, {"Cookie": visitor.cookies})
            if status not in (0, 200):
                self.failures.append(f"home: {status}")

    def ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, str]:
        """The status, and where a redirect leads, of a request on a connection of its own; 0: nobody listens."""
        client = http.client.HTTPSConnection("localhost", self.front.port, timeout=30, context=self.trust)
        try:
            client.connect()
        except OSError:
            return 0, ""
        try:
            client.request(method, path, body, headers)
            answer = client.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.failures.append(f"{method} {path}: {error!r}")
            return 0, ""
        finally:
            client.close()
        self.answered += 1
        return answer.status, answer.headers.get("Location", "")

    @cached_property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.front.authority))
