"""The front keeps slow, silent and broken clients away from the web processes: pages answer meanwhile (S15)."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.request
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import UnixStreamServer
from typing import Any
from unittest import mock

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.test import Client as DjangoClient
from django.test import SimpleTestCase
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from lab.scratch.databases import url_of
from lab.scratch.installation import free_port
from runtime import front as fronts
from runtime import probe
from runtime.front import Front, FrontError, environment_of_front, names_of
from runtime.services import PROJECT, web_on_socket
from tests import patience
from tests.base import found
from tests.cast import person

from . import http2
from .bad_clients import SORTS, hang_up_in_the_middle, hold_on_to_socket, holding_on

PAGES = ("/livez", "/accounts/login/")
IN_TIME_S = 1.0
NAME = "localhost.example.org"


class Installed(SimpleTestCase):
    """One web process behind a front, on the tests' database."""

    databases = {"default"}
    socket: Path
    front: Front
    _processes: list[subprocess.Popen[bytes]]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        place = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="front ")))  # people's paths have spaces
        (place / "web").mkdir()
        cls.socket = place / "web" / "1.sock"
        cls.front = cls.configured(place)
        name = connection.settings_dict["NAME"]
        web = {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATABASE_URL": url_of("DATABASE_URL", name),
            "BEHIND_PROXY": "true",
            "ALLOWED_HOSTS": f"localhost,127.0.0.1,{NAME}",
        }
        cls._processes = []
        cls.addClassCleanup(cls._stop)
        cls._start(web_on_socket(cls.socket), os.environ | web)
        cls._start(cls.front.command(), environment_of_front(dict(os.environ), place))
        give_up_at = time.monotonic() + 60
        while not cls.socket.exists() or not cls.is_up():
            assert time.monotonic() < give_up_at, "the front does not answer"
            time.sleep(0.1)

    @classmethod
    def configured(cls, place: Path) -> Front:
        return Front(place, "127.0.0.1", free_port(), upstreams=[f'"unix/{cls.socket}"'])

    @classmethod
    def is_up(cls) -> bool:
        return cls.front.authority.exists() and cls.ask("/livez")[0] == 200

    @classmethod
    def _start(cls, command: list[str], environment: dict[str, str]) -> None:
        quiet = subprocess.DEVNULL
        cls._processes.append(
            subprocess.Popen(command, env=environment, cwd=PROJECT, start_new_session=True, stdout=quiet, stderr=quiet)
        )

    @classmethod
    def _stop(cls) -> None:
        for process in cls._processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    @classmethod
    def trust(cls) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(cls.front.authority))

    @classmethod
    def ask(cls, path: str, **headers: str) -> tuple[int, Any, float]:
        """The status, the headers and the seconds of a GET on a connection of its own; status 0: no answer."""
        began = time.monotonic()
        client = http.client.HTTPSConnection("localhost", cls.front.port, timeout=10, context=cls.trust())
        try:
            client.request("GET", path, headers=headers)
            answer = client.getresponse()
            answer.read()
            return answer.status, answer.headers, time.monotonic() - began
        except (OSError, http.client.HTTPException):
            return 0, None, time.monotonic() - began
        finally:
            client.close()


class BadClients(Installed):
    def test_are_nobodys_problem(self) -> None:
        for sort in SORTS:
            with self.subTest(sort):
                slowest = asyncio.run(self.slowest_page_beside(sort))
                self.assertLess(slowest, IN_TIME_S)

    def test_that_hang_up_in_the_middle_leave_no_thread_busy(self) -> None:
        """Eight of them once stopped two processes for good."""
        hang_up_in_the_middle(patience.times(40, 400), port=self.front.port, trust=self.trust())
        for page in PAGES:
            status, _, took_s = self.ask(page)
            self.assertEqual(status, 200)
            self.assertLess(took_s, IN_TIME_S)

    def test_without_the_front_two_of_them_stop_a_web_process(self) -> None:
        """The control: each holds one of the two threads for as long as it likes."""
        held = hold_on_to_socket(self.socket, 2)
        try:
            time.sleep(0.5)
            with socket.socket(socket.AF_UNIX) as client, self.assertRaises(TimeoutError):
                client.settimeout(2)
                client.connect(str(self.socket))
                client.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
                client.recv(100)
        finally:
            for client in held:
                client.close()

    async def slowest_page_beside(self, sort: str) -> float:
        """The seconds of the slowest page while so many clients hold on; each page must be answered."""
        count = patience.times(500, 2000)
        slowest = 0.0
        async with holding_on(sort, count, port=self.front.port, trust=self.trust()) as clients:
            self.assertGreater(len(clients), count * 0.99)
            await asyncio.sleep(0.2)
            for _ in range(5):
                for page in PAGES:
                    status, _, took_s = await asyncio.to_thread(self.ask, page)
                    self.assertEqual(status, 200, page)
                    slowest = max(slowest, took_s)
        return slowest


class Answers(Installed):
    def test_plain_http_is_refused(self) -> None:
        client = http.client.HTTPConnection("127.0.0.1", self.front.port, timeout=5)
        client.request("GET", "/")
        self.assertEqual(client.getresponse().status, 400)
        client.close()

    def test_another_port_in_the_request_is_refused(self) -> None:
        """A letter would link to it, with the key of a password reset in the link."""
        own = f"localhost:{self.front.port}"
        statuses = {host: self.ask("/livez", Host=host)[0] for host in (own, "localhost", "localhost:1337")}
        self.assertEqual(statuses, {own: 200, "localhost": 200, "localhost:1337": 421})

    def test_a_body_beyond_the_limit_is_refused(self) -> None:
        client = http.client.HTTPSConnection("localhost", self.front.port, timeout=10, context=self.trust())
        client.request("POST", "/accounts/login/", body=b"x" * (200 * 1024))
        self.assertEqual(client.getresponse().status, 413)
        client.close()

    def test_a_file_is_taken_only_from_who_may_send_one(self) -> None:
        """A stranger is told so before the file is read: hundreds of slow ones would fill the front's memory."""
        client = http.client.HTTPSConnection("localhost", self.front.port, timeout=10, context=self.trust())
        client.putrequest("POST", fronts.UPLOADS[0])
        client.putheader("Content-Length", "1000000")
        client.endheaders(b"x" * 300_000)  # Go's server throws up to 256 KiB away before it answers
        answer = client.getresponse()
        self.assertEqual(answer.status, 302)
        self.assertIn("/accounts/login/", answer.headers["Location"])
        client.close()
        self.assertEqual(self.upload("tess"), 200)  # read, and shown again with what is wrong in it
        self.assertEqual(self.upload("bob"), 403)

    def upload(self, username: str) -> int:
        """The status of the answer to a file of 1 MB, sent by this person."""
        person_here = DjangoClient()
        person_here.force_login(person(username))
        token = get_token(HttpRequest())
        form = {
            "csrfmiddlewaretoken": token,
            "title": "Wages",
            "file": SimpleUploadedFile("x.csv", b"payee\n" * 150_000),
        }
        cookies = f"csrftoken={token}; sessionid={person_here.cookies['sessionid'].value}"
        headers = {
            "Content-Type": MULTIPART_CONTENT,
            "Cookie": cookies,
            "Referer": f"https://localhost:{self.front.port}/",
        }
        client = http.client.HTTPSConnection("localhost", self.front.port, timeout=10, context=self.trust())
        client.request("POST", fronts.UPLOADS[0], encode_multipart(BOUNDARY, form), headers)
        status = client.getresponse().status
        client.close()
        return status

    def test_head_over_http2_says_what_get_says_without_a_body(self) -> None:
        """It once ended the connection."""
        style = found(r"(/static/[^\"]+\.css)", self.text_of("/accounts/login/"))
        redirect = "/payments/history/"
        for path in ("/", "/livez", "/readyz", "/status/", "/accounts/login/", style, "/nowhere/", redirect):
            with self.subTest(path):
                answer = http2.ask("HEAD", path, port=self.front.port, trust=self.trust())
                self.assertEqual(answer, http2.Answer(self.ask(path)[0], b""))
        self.assertEqual(self.ask(redirect)[0], 302)

    def text_of(self, path: str) -> str:
        with urllib.request.urlopen(f"https://localhost:{self.front.port}{path}", context=self.trust()) as answer:
            return answer.read().decode()

    def test_while_no_web_process_is_there_say_so_and_wait_for_one(self) -> None:
        web = self._processes[0]
        os.killpg(web.pid, signal.SIGSTOP)
        try:
            status, _, _ = self.ask("/livez")
            self.assertEqual(status, 0)  # it waits, as for every slow page
        finally:
            os.killpg(web.pid, signal.SIGCONT)
        self.assertEqual(self.ask("/livez")[0], 200)


class Echo(BaseHTTPRequestHandler):
    """A web process that answers with what the front says of the client."""

    def do_GET(self) -> None:
        said = [self.headers.get_all(name) for name in ("X-Forwarded-For", "X-Forwarded-Proto")]
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return "a socket"

    def log_message(self, *_: object) -> None:
        pass


class WhatTheFrontSays(SimpleTestCase):
    def test_of_the_client_is_what_it_saw_and_not_what_the_client_said(self) -> None:
        """With a client's own X-Forwarded-For each try to sign in could have a new address."""
        place = Path(self.enterContext(tempfile.TemporaryDirectory()))
        echo = UnixStreamServer(str(place / "echo.sock"), Echo)
        threading.Thread(target=echo.serve_forever, daemon=True).start()
        self.addCleanup(echo.server_close)
        self.addCleanup(echo.shutdown)
        front = Front(place, "127.0.0.1", free_port(), upstreams=[f"unix/{place}/echo.sock"])
        caddy = subprocess.Popen(front.command(), env=environment_of_front({}, place), stderr=subprocess.DEVNULL)
        self.addCleanup(caddy.wait)
        self.addCleanup(caddy.kill)
        give_up_at = time.monotonic() + 30
        while probe.ask(f"https://127.0.0.1:{front.port}/", name="localhost") != "ready":
            self.assertLess(time.monotonic(), give_up_at)
            time.sleep(0.1)
        trust = ssl.create_default_context(cafile=str(front.authority))
        client = http.client.HTTPSConnection("localhost", front.port, context=trust, timeout=10)
        self.addCleanup(client.close)
        client.request("GET", "/", headers={"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "http"})
        self.assertEqual(json.loads(client.getresponse().read()), [["127.0.0.1"], ["https"]])


class OperatorsCertificate(Installed):
    """For a name that is not this machine's, signed by nobody we know: the start must not wait for it in vain."""

    @classmethod
    def configured(cls, place: Path) -> Front:
        key, certificate = place / "k.pem", place / "c.pem"
        make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        make += ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
        subprocess.run([*make, "-keyout", key, "-out", certificate], check=True, capture_output=True)
        return replace(super().configured(place), names=[NAME], certificate=certificate, key=key)

    @classmethod
    def is_up(cls) -> bool:
        return cls.readiness() == "ready"

    @classmethod
    def readiness(cls) -> str:
        return probe.ask(f"https://127.0.0.1:{cls.front.port}/livez", name=NAME)

    def test_is_served_and_found_ready(self) -> None:
        self.assertEqual(self.readiness(), "ready")
        trust = ssl.create_default_context(cafile=str(self.front.certificate))
        with socket.create_connection(("127.0.0.1", self.front.port)) as plain:
            trust.wrap_socket(plain, server_hostname=NAME).close()  # it would raise for another certificate


class Configuration(SimpleTestCase):
    def test_has_a_certificate_for_each_name_but_wildcards(self) -> None:
        names = names_of(["wallet.example.org", ".example.org", "*", "[::1]"])
        text = Front(Path("/srv"), "::", 443, names=names).configuration()
        self.assertIn("https://wallet.example.org:443, https://[::1]:443 {", text)
        self.assertIn("tls internal", text)

    def test_of_a_domain_asks_acme_and_redirects(self) -> None:
        text = Front(Path("/srv"), "", 443, domain="wallet.example.org").configuration()
        for words in ("https://wallet.example.org:443 {", "issuer acme", "http://wallet.example.org {"):
            self.assertIn(words, text)

    def test_takes_the_operators_certificate(self) -> None:
        text = Front(Path("/srv"), "", 443, certificate=Path("/a b.pem"), key=Path("/k.pem")).configuration()
        self.assertIn('tls "/a b.pem" "/k.pem"', text)

    def test_an_unknown_binary_is_not_run(self) -> None:
        with mock.patch.dict(fronts.KNOWN, dict.fromkeys(fronts.KNOWN, "0" * 64)), self.assertRaises(FrontError):
            Front(Path("/srv"), "", 443).command()

    def test_the_front_gets_no_secret(self) -> None:
        environment = {"PATH": "/bin", "SECRET_KEY": "s", "DATABASE_URL": "postgres://", "PIN_PEPPER": "p"}
        self.assertEqual(set(environment_of_front(environment, Path("/srv"))), {"PATH", "HOME", "GOMEMLIMIT"})
