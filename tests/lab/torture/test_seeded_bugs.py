"""The list of seeded bugs is complete and names tests that exist.

That those tests find the bugs is checked by `python -m tests.seeded_bugs`, which takes minutes.
"""

from __future__ import annotations

from django.test import SimpleTestCase
from django.utils.module_loading import import_string

from tests.seeded_bugs.bugs import BUGS
from wallet_site.install_sql import files


class TheBugs(SimpleTestCase):
    def test_each_names_tests_that_exist(self) -> None:
        self.assertGreaterEqual(len(BUGS), 29)
        for name, bug in BUGS.items():
            for module in bug.found_by:
                with self.subTest(name):
                    import_string(f"{module}.annotations")

    def test_are_planted_nowhere_here(self) -> None:
        self.assertNotIn("IF false", "\n".join(path.read_text() for path in files()))
