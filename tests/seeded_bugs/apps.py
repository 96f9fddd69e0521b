"""The app that plants the bug named by the environment variable SEEDED_BUG. Only `tests.buggy_settings` installs it."""

from __future__ import annotations

import os

from django.apps import AppConfig


class SeededBugsConfig(AppConfig):
    name = "tests.seeded_bugs"

    def ready(self) -> None:
        from tests.seeded_bugs.bugs import BUGS

        if name := os.environ.get("SEEDED_BUG"):
            BUGS[name].plant()
