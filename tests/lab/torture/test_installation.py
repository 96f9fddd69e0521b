from __future__ import annotations

import subprocess
import sys

from django.test import SimpleTestCase

from runtime.services import PROJECT


class TheScratchInstallation(SimpleTestCase):
    def test_is_a_process_without_djangos_apps(self) -> None:
        """It supervises alone. What it imports once needed a model, so torture could not start."""
        done = subprocess.run(
            [sys.executable, "-c", "import lab.torture.installation"],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))
