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

from django.http import HttpRequest, HttpResponse
from django.test import Client, SimpleTestCase
from django.urls import reverse

from runtime.services import PROJECT
from wallet_site import settings as site
from wallet_site import views

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

    def test_two_requests_have_two_ids(self) -> None:
        ids = {Client().get("/livez").headers["X-Request-Id"] for _ in range(2)}
        self.assertEqual(len(ids), 2)

    def test_outside_of_requests_name_the_process(self) -> None:
        log.warning("alone")
        self.assertRegex(self.written.getvalue(), rf"WARNING \S+\[{os.getpid()}\] - tests.log_lines: alone$")

    def test_name_the_process_as_the_supervisor_calls_it(self) -> None:
        code = "from web import log_lines; print(log_lines._PROCESS)"
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
