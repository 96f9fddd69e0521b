"""The list of seeded bugs is complete and names tests that exist, and texts that the SQL still has (`in_sql` looks).

That those tests find the bugs is checked by `python -m tests.seeded_bugs`, which takes minutes.
"""

from __future__ import annotations

import unittest

from django.test import SimpleTestCase

from tests.seeded_bugs.bugs import BUGS
from wallet_site.install_sql import files


class TheBugs(SimpleTestCase):
    def test_each_names_tests_that_exist(self) -> None:
        self.assertGreaterEqual(len(BUGS), 29)
        for name, bug in BUGS.items():
            with self.subTest(name):
                loader = unittest.TestLoader()
                self.assertGreater(loader.loadTestsFromNames(bug.found_by).countTestCases(), 0)
                self.assertEqual(loader.errors, [])

    def test_are_planted_nowhere_here(self) -> None:
        self.assertNotIn("IF false", "\n".join(path.read_text() for path in files()))
