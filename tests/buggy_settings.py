"""The tests' settings with one known bug planted: SEEDED_BUG names it. For `python -m tests.seeded_bugs` alone."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.seeded_bugs.apps.SeededBugsConfig"]
