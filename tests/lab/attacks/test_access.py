"""Who may open what: the whole matrix, in this process. `./wallet attack` runs the same over HTTPS."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.test import SimpleTestCase, override_settings

from lab.attacks.access import specification, who_may
from lab.attacks.access.asking import in_this_process
from lab.attacks.access.matrix import names_on_one_side, who_may_open_what
from lab.attacks.access.specification import Operation, Page
from tests.base import MoneyTestCase
from tests.treasury.banks import a_bank

AN_AUTHORITY = settings.BASE_DIR / "LICENSE"  # any file
A_STATIC_FILE = "/static/glossary.md"  # STATIC_ROOT is docs/ here
PLUGGED_IN_PAGES = """
    page           of  open to    GET  POST
    staff:pledges  -   overseers  200  -
"""
PLUGGED_IN_OPERATIONS = """
    operation          method  of  scope          may
    api:create_pledge  POST    -   pledges:write  422
"""


class TheTables(SimpleTestCase):
    def test_have_a_row_for_each_address_and_an_address_for_each_row(self) -> None:
        """A new page fails here until somebody has written down who may open it."""
        pages, operations = specification.whole_site()
        pages += specification.pages(PLUGGED_IN_PAGES)
        operations += specification.operations(PLUGGED_IN_OPERATIONS)
        self.assertEqual(names_on_one_side(pages, operations), [])
        self.assertEqual(names_on_one_side(pages[1:], operations), [pages[0].name])
        self.assertEqual(
            names_on_one_side([*pages, *specification.pages("head\n  staff:vault  -  people  200  -")], operations),
            ["staff:vault"],
        )


class Everybody(MoneyTestCase):
    def assert_as_specified(self, *, pages: Iterable[Page] = (), operations: Iterable[Operation] = ()) -> None:
        found = who_may_open_what(in_this_process(), pages=pages, operations=operations, static=A_STATIC_FILE)
        self.assertEqual(found.as_lines(), [])
        self.assertGreater(found.checks, 1000)


class ThePages(Everybody):
    def setUp(self) -> None:
        """As of `./wallet run`, which the command attacks."""
        super().setUp()
        self.enterContext(override_settings(OWN_AUTHORITY=AN_AUTHORITY))

    def test_open_to_those_whom_they_are_for(self) -> None:
        self.assert_as_specified(pages=[*specification.pages(who_may.PAGES), *specification.pages(PLUGGED_IN_PAGES)])


class ThePagesOfAllauth(Everybody):
    def test_open_to_those_whom_they_are_for(self) -> None:
        self.assert_as_specified(pages=specification.pages(who_may.ALLAUTH))


class DjangosAdmin(Everybody):
    def test_opens_to_administrators_alone(self) -> None:
        self.assert_as_specified(pages=specification.admin_pages())


class TheJsonApi(Everybody):
    def setUp(self) -> None:
        """Another bank is there before the matrix makes its own, as in the demo, which the command attacks."""
        super().setUp()
        a_bank("tidebank")

    def test_answers_the_tokens_that_have_the_scope(self) -> None:
        tables = (who_may.API, PLUGGED_IN_OPERATIONS)
        self.assert_as_specified(operations=[each for table in tables for each in specification.operations(table)])
