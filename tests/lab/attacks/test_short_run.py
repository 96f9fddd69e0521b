"""`./wallet attack` for a moment: every attack once at least, over HTTPS on a whole installation."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from django.test import SimpleTestCase, tag

from runtime.services import PROJECT

OURS = ("DATABASE", "DJANGO", "WALLET", "SECRET_KEY", "PIN_PEPPER", "DEMO", "TIMESTAMP", "CONVERSION", "EMAIL")


@tag("slow")
class AShortRun(SimpleTestCase):
    def test_finds_nothing(self) -> None:
        outside = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        with tempfile.TemporaryDirectory() as directory:
            report = Path(directory) / "report.json"
            done = subprocess.run(
                [sys.executable, "manage.py", "attack", "--scale", "0.1", "--seed", "1", "--json", str(report)],
                env=outside,
                cwd=PROJECT,
                capture_output=True,
                text=True,
                check=False,
            )
            self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr[-3000:])
            figures = json.loads(report.read_text())["figures"]
        self.assertEqual([figure["figure"] for figure in figures], ["X1", "X3", "X4", "X5", "X6"])
        for figure in figures:
            with self.subTest(figure["figure"]):
                self.assertGreater(figure["checks"], 100)
                self.assertEqual(figure["findings"], [])
