"""`./wallet dev` works only in demo mode and on this machine; `./wallet run` has none of its debug settings."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import SimpleTestCase, override_settings

from runtime import installation
from runtime.front import Front
from runtime.management.commands.dev import Command
from runtime.services import PROJECT, services_beside, services_of

DEV_SETTINGS = "wallet_site.dev_settings"
ENVIRONMENT = {"TIMESTAMP_SERVERS": "127.0.0.1:1", "CONVERSION_URL": "http://127.0.0.1:2"}


class Dev(SimpleTestCase):
    @override_settings(DEMO=False)
    def test_is_refused_outside_the_demo(self) -> None:
        with self.assertRaisesMessage(CommandError, "demo mode only"):
            call_command("dev")

    def test_the_web_process_alone_has_debug_and_listens_on_this_machine(self) -> None:
        command = Command()
        command.port = 8000
        *beside, web = command.services(ENVIRONMENT)
        self.assertEqual((web.environment["DEBUG"], web.environment["DJANGO_SETTINGS_MODULE"]), ("true", DEV_SETTINGS))
        self.assertIn("127.0.0.1:8000", web.command)
        self.assertEqual([service.name for service in beside], ["conversion", "timestamp", "worker", "messenger"])
        for service in beside:
            with self.subTest(service.name):
                self.assertNotIn("DEBUG", service.environment)

    def test_run_has_the_same_processes_and_a_front_without_debug(self) -> None:
        with TemporaryDirectory() as directory:
            *beside, web, front = services_of(ENVIRONMENT, Front(Path(directory), "127.0.0.1", 8443), 1)
        self.assertEqual([service.name for service in beside], ["conversion", "timestamp", "worker", "messenger"])
        self.assertEqual((web.name, front.name), ("web 1", "front"))
        self.assertEqual(web.environment, ENVIRONMENT | {"BEHIND_PROXY": "true", "PYTHONPATH": str(PROJECT)})

    def test_the_conversion_service_is_asked_by_its_own_name(self) -> None:
        """With the names that people type alone it refused every question, and nothing was ever ready."""
        services = {service.name: service for service in services_beside(ENVIRONMENT | {"ALLOWED_HOSTS": "w.example"})}
        self.assertEqual(services["conversion"].environment["ALLOWED_HOSTS"], "127.0.0.1")
        self.assertEqual(services["worker"].environment["ALLOWED_HOSTS"], "w.example")

    def test_the_port_of_the_pages_is_not_given_to_a_service(self) -> None:
        self.assertNotEqual(installation._free_port(8001, taken=8001), 8001)


class DevSettings(SimpleTestCase):
    def setUp(self) -> None:
        self.addCleanup(sys.modules.pop, DEV_SETTINGS, None)

    def test_are_refused_without_debug(self) -> None:
        with mock.patch("wallet_site.settings.DEBUG", False), self.assertRaises(ImproperlyConfigured):
            importlib.import_module(DEV_SETTINGS)

    def test_allow_plain_http_with_cookies_that_do_not_meet_those_of_run(self) -> None:
        with mock.patch("wallet_site.settings.DEBUG", True):
            dev = importlib.import_module(DEV_SETTINGS)
        self.assertFalse(dev.SECURE_SSL_REDIRECT or dev.SESSION_COOKIE_SECURE or dev.CSRF_COOKIE_SECURE)
        self.assertNotIn("sessionid", (dev.SESSION_COOKIE_NAME, dev.CSRF_COOKIE_NAME))
        usual = importlib.import_module("wallet_site.settings")
        self.assertTrue(usual.SESSION_COOKIE_SECURE and usual.CSRF_COOKIE_SECURE)


class Runserver(SimpleTestCase):
    def test_says_in_one_line_what_to_use_instead(self) -> None:
        usual = os.environ | {"DJANGO_SETTINGS_MODULE": "wallet_site.settings"}
        words = [sys.executable, str(PROJECT / "manage.py"), "runserver"]
        done = subprocess.run(words, env=usual, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, r"^[^\n]*\./wallet dev\n$")
