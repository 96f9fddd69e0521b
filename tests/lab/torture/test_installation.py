"""The process that supervises the scratch installation of `./wallet torture` can start."""

from __future__ import annotations

import subprocess
import sys

from django.test import SimpleTestCase

from runtime.services import PROJECT


class TheScratchInstallation(SimpleTestCase):
    def test_is_a_process_without_djangos_apps(self) -> None:
        """The process only supervises, and does not call `django.setup()`.

        One of its imports once needed a model, so torture could not start.
        """
        done = subprocess.run(
            [sys.executable, "-c", "import lab.torture.installation"],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))
