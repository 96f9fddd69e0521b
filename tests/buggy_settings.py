"""The tests' settings with one known bug planted, the one that the environment variable SEEDED_BUG names.

Only `python -m tests.seeded_bugs` uses them.
"""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.seeded_bugs.apps.SeededBugsConfig"]
