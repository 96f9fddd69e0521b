"""`./wallet run` reads its settings late, and prepares the schema again when a file that it is made of has changed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from django.test import SimpleTestCase

from ledger.kinds import known_purposes
from runtime.installation import PROJECT, SCHEMA
from wallet_site.install_sql import files
from wallet_site.plugs import modules


class TheSchema(SimpleTestCase):
    def test_is_prepared_anew_when_anything_that_it_is_made_of_changes(self) -> None:
        """Once, a wallet purpose was added without a migration: it got no wallets, and the first transfer failed."""
        watched = {path for pattern in SCHEMA for path in PROJECT.glob(pattern)}
        kinds = [PROJECT / Path(*name.split(".")).with_suffix(".py") for name in modules("kinds")]
        self.assertTrue(known_purposes)
        made_of = {path for path in [*files(), *kinds] if PROJECT / "tests" not in path.parents}
        self.assertGreater(len(made_of), 10)
        self.assertEqual(made_of - watched, set())


# Stops where the start would begin to prepare the installation.
STOPS_THERE = """
import sys
from django.apps import apps
from django.conf import settings
from runtime.management.commands.run import Command
class Stops(Command):
    def serve(self, *, host):
        print(settings.DEMO, settings.ALLOWED_HOSTS, settings.BEHIND_PROXY, self.name, apps.ready)
        print(settings.SITE_ADDRESS)
Stops().run_from_argv(["manage.py", "run", *sys.argv[1:]])
"""


class TheSettings(SimpleTestCase):
    def start(self, *words: str) -> str:
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": "wallet_site.settings", "DEMO": "true"}
        environment.pop("ALLOWED_HOSTS", None)
        environment.pop("SITE_ADDRESS", None)
        done = subprocess.run(
            [sys.executable, "-c", STOPS_THERE, *words],
            env=environment,
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(done.stderr, "")
        return done.stdout.strip()

    def test_are_read_after_the_options_and_before_the_site_is_loaded(self) -> None:
        """The web processes are forks, so they have the settings of this process."""
        hosts = "'localhost', '127.0.0.1', '[::1]'"
        self.assertEqual(self.start(), f"True [{hosts}] True localhost False\nhttps://localhost:8443")
        self.assertEqual(
            self.start("--no-demo", "--domain", "wallet.example.org"),
            f"False ['wallet.example.org', {hosts}] True wallet.example.org False\nhttps://wallet.example.org",
        )
