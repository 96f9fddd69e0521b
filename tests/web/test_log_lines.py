"""A log line names the process and the request; the answer carries the request's id."""

from __future__ import annotations

import io
import logging
import logging.config
import os
import subprocess
import sys
from typing import Any
from unittest import mock

import psycopg2
from django.db import DatabaseError, IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, SimpleTestCase
from django.urls import reverse
from django.utils.log import log_response

from runtime.services import PROJECT
from wallet_site import settings as site
from wallet_site import views
from web import log_lines

log = logging.getLogger("tests.log_lines")


class LogLines(SimpleTestCase):
    databases = {"default"}

    def setUp(self) -> None:
        self.written = io.StringIO()
        settings: dict[str, Any] = site.LOGGING
        handlers = {"console": settings["handlers"]["console"] | {"stream": self.written}}
        here = {log.name: {"handlers": ["console"], "level": "INFO", "propagate": False}}
        shared = {part: settings[part] for part in ("version", "disable_existing_loggers", "filters", "formatters")}
        logging.config.dictConfig(shared | {"handlers": handlers, "loggers": here})
        self.addCleanup(log.handlers.clear)

    def test_name_the_request_and_its_id_is_in_the_answer(self) -> None:
        with mock.patch.object(views, "_time", side_effect=lambda: log.warning("the clock is slow")):
            answer = Client().get(reverse("status"))
        self.assertRegex(answer.headers["X-Request-Id"], "^[0-9a-f]{8}$")
        self.assertIn(
            f" {answer.headers['X-Request-Id']} GET status tests.log_lines: the clock", self.written.getvalue()
        )

    def test_name_the_id_that_the_request_came_with(self) -> None:
        with mock.patch.object(views, "_time", side_effect=lambda: log.warning("the clock is slow")):
            answer = Client().get(reverse("status"), headers={"X-Request-Id": "Shop-2026-0815"})
        self.assertEqual(answer.headers["X-Request-Id"], "Shop-2026-0815")
        self.assertIn(" Shop-2026-0815 GET status tests.log_lines: the clock", self.written.getvalue())

    def test_take_no_id_that_could_forge_a_line(self) -> None:
        for came in ("short", "x" * 65, "a b c d e f", "12345678\n", "12345678 ERROR", "Gr\u00fc\u00dfe-12345"):
            with self.subTest(came):
                answer = Client().get("/livez", headers={"X-Request-Id": came})
                self.assertRegex(answer.headers["X-Request-Id"], "^[0-9a-f]{8}$")

    def test_name_no_address(self) -> None:
        """It may hold the key of a password reset."""

        def page(request: HttpRequest) -> HttpResponse:
            log.warning("seen")
            return HttpResponse()

        with mock.patch(
            "allauth.account.views.PasswordResetFromKeyView.dispatch", lambda view, request, **_: page(request)
        ):
            Client().get("/accounts/password/reset/key/1-secret/")
        self.assertIn("GET account_reset_password_from_key", self.written.getvalue())
        self.assertNotIn("secret", self.written.getvalue())

    def logged(self, error: Exception) -> list[str]:
        """Logs this error as Django logs one that a page met, and returns what was written because of it."""
        before = len(self.written.getvalue())
        try:
            raise error from psycopg2.OperationalError("of the driver")
        except DatabaseError:
            log.exception("Service Unavailable: /payments/send/")
        return [line for line in self.written.getvalue()[before:].splitlines() if "Unavailable" in line]

    def test_say_once_a_minute_that_the_database_is_away(self) -> None:
        """With a full disk every request fails, and the log itself needs room."""
        now = 1000.0
        with mock.patch.object(log_lines.time, "monotonic", lambda: now):
            self.assertEqual(len(self.logged(OperationalError("disk full"))), 1)
            self.assertEqual([self.logged(OperationalError("disk full")) for _ in range(3)], [[], [], []])
            self.assertEqual(len(self.logged(IntegrityError("of ours"))), 1)  # which is no outage
            self.assertEqual(len(self.logged(IntegrityError("of ours"))), 1)
            now += 61
            self.assertIn("(and 3 times more since the last such line)", self.logged(OperationalError("disk full"))[0])
            self.assertEqual(self.logged(OperationalError("disk full")), [])

    def test_say_once_a_minute_that_the_answer_was_503(self) -> None:
        for _ in range(3):
            log_response("Service Unavailable: %s", "/", logger=log, response=HttpResponse(status=503))
            log_response("Not Found: %s", "/", logger=log, response=HttpResponse(status=404))
        self.assertEqual(self.written.getvalue().count("Unavailable"), 1)
        self.assertEqual(self.written.getvalue().count("Not Found"), 3)

    def test_two_requests_have_two_ids(self) -> None:
        ids = {Client().get("/livez").headers["X-Request-Id"] for _ in range(2)}
        self.assertEqual(len(ids), 2)

    def test_outside_of_requests_name_the_process(self) -> None:
        log.warning("alone")
        self.assertRegex(self.written.getvalue(), rf"WARNING \S+\[{os.getpid()}\] - tests.log_lines: alone$")

    def test_name_the_process_as_the_supervisor_calls_it(self) -> None:
        code = "from web import log_lines; print(log_lines._process())"
        for more, name in (({"WALLET_PROCESS": "web 2"}, "web 2"), ({}, "-c")):
            with self.subTest(name):
                environment = {key: value for key, value in os.environ.items() if key != "WALLET_PROCESS"} | more
                done = subprocess.run(
                    [sys.executable, "-c", code],
                    cwd=PROJECT,
                    env=environment,
                    capture_output=True,
                    text=True,
                    check=True,
                )
                self.assertEqual(done.stdout.strip(), name)
