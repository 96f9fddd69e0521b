"""Clients that are generated from the document, and not edited, make a transfer: one in Python, one in TypeScript."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

from django.test import LiveServerTestCase, tag

from tests.api.base import Caller
from tests.base import MoneyTestCase

HERE = Path(__file__).parent
TIMEOUT_S = 300


@tag("slow")
class Generated(MoneyTestCase, LiveServerTestCase):
    def setUp(self) -> None:
        temporary = TemporaryDirectory(prefix="wallet-client-")
        self.addCleanup(temporary.cleanup)
        self.place = Path(temporary.name)
        self.alice = Caller("alice")
        self.document = self.place / "openapi.json"
        self.document.write_bytes(self.alice.client.get("/api/openapi.json").content)

    def run_here(self, *command: str | Path) -> str:
        done = subprocess.run(
            [str(word) for word in command],
            cwd=self.place,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def assert_paid(self, printed: str) -> None:
        sent, found, paid, refused = json.loads(printed)
        self.assertEqual((paid, refused), ("12.34", "insufficient_funds"))
        self.assertEqual(found, sent)
        self.assertEqual(self.alice.get("wallet").json()["balance"], "987.66")
        self.assertEqual(self.alice.get(f"transfers/{sent}").json()["reference"], "order-4711")

    def test_a_client_in_python_pays(self) -> None:
        (self.place / "config.yml").write_text("post_hooks: []\n")  # they would format the client, which nobody reads
        generator = Path(sys.executable).with_name("openapi-python-client")
        self.run_here(
            *(generator, "generate", "--path", self.document, "--config", "config.yml", "--fail-on-warning"),
            *("--meta", "none", "--output-path", "wallet_client"),
        )
        shutil.copy(HERE / "pay.py", self.place)
        self.assert_paid(self.run_here(sys.executable, "pay.py", self.live_server_url, self.alice.secret))

    @unittest.skipUnless(shutil.which("npm"), "no npm on this machine")
    def test_a_client_in_typescript_pays(self) -> None:
        shutil.copytree(HERE / "typescript", self.place, dirs_exist_ok=True)
        self.run_here("npm", "ci")
        self.run_here("npx", "openapi-typescript", self.document, "-o", "schema.d.ts")
        self.run_here("npx", "tsc")
        self.assert_paid(self.run_here("node", "built/pay.js", self.live_server_url, self.alice.secret))
