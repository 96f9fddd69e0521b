"""`./wallet torture` for a moment: clock jumps, a slow recovery, a full disk, failover, for a whole installation."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import skipUnless

from django.test import SimpleTestCase, tag

from runtime.server_user import is_root
from runtime.services import PROJECT

OURS = ("DATABASE", "DJANGO", "WALLET", "SECRET_KEY", "PIN_PEPPER", "DEMO", "TIMESTAMP", "CONVERSION")


@tag("slow")
class AShortRun(SimpleTestCase):
    @skipUnless(is_root(), "a small file system can be mounted by root alone")
    def test_finds_no_violation(self) -> None:
        outside = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        with tempfile.TemporaryDirectory() as directory:
            report = Path(directory) / "report.json"
            words = ["--only", "R11c,R11d,R11e,R11f", "--minutes", "0.1", "--seed", "1", "--json", str(report)]
            done = subprocess.run(
                [sys.executable, "manage.py", "torture", *words],
                env=outside,
                cwd=PROJECT,
                capture_output=True,
                text=True,
                check=False,
            )
            self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr[-3000:])
            figures = json.loads(report.read_text())["figures"]
        self.assertEqual([figure["reached"] for figure in figures], [2, 1, 2, 4])
