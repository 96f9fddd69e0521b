"""Each setting that is read from the environment is in README's table, and docker-compose passes it on."""

from __future__ import annotations

import os
import re
import runpy
from pathlib import Path
from unittest import mock

from django.core.exceptions import ImproperlyConfigured
from django.test import SimpleTestCase

PROJECT = Path(__file__).resolve().parents[2]
NOT_FOR_COMPOSE = {"DEBUG", "ROOT_URLCONF", "STATIC_ROOT", "WALLET_PLACE"}  # for a demo or a bench, or set by the image


def text_of(name: str) -> str:
    return (PROJECT / name).read_text()


class Settings(SimpleTestCase):
    names = set(re.findall(r"(?:env\.\w+|amount_in)\(\s*\"(\w+)\"", text_of("wallet_site/settings.py")))

    def test_are_all_in_the_readme(self) -> None:
        self.assertGreater(len(self.names), 30)
        self.assertEqual(self.names - set(re.findall(r"`([A-Z_]+)`", text_of("README.md"))), set())

    def test_amounts_that_nobody_can_read_stop_the_start(self) -> None:
        """Found at the start, not by the member whose payment meets the limit."""
        amounts = re.findall(r"= amount_in\(\"(\w+)\"", text_of("wallet_site/settings.py"))
        self.assertGreaterEqual(len(amounts), 8)
        for name in [*amounts, "DEFAULT_CURRENCY"]:
            for wrong in ("20 pounds", "20.001 GBP", "-1 GBP", "20", ""):
                with (
                    self.subTest(f"{name}={wrong}"),
                    mock.patch.dict(os.environ, {name: wrong}),
                    self.assertRaisesRegex(ImproperlyConfigured, rf"^{name}={wrong}: it is [^\n]+$"),
                ):
                    runpy.run_path(str(PROJECT / "wallet_site" / "settings.py"))

    def test_all_reach_the_containers(self) -> None:
        passed = set(re.findall(r"^ +([A-Z_]+):", text_of("docker-compose.yml"), re.M))
        self.assertEqual(self.names - NOT_FOR_COMPOSE - passed, set())
