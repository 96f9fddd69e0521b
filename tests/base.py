"""The base class of all tests that move money.

Names of tests are sentences all over `tests/`: the class is the subject, the method says what is true of it. So
`ARefund.test_is_of_a_payment_that_was_booked` reads "a refund is of a payment that was booked".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from django.db import DatabaseError, connection, connections, transaction
from django.http import HttpResponse
from django.test import TransactionTestCase

from ledger import audit

from .runner import restore

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer
else:
    Answer = HttpResponse


class MoneyTestCase(TransactionTestCase):
    """Each test starts with a fresh copy of the database that holds the cast, and ends with the audit of the books.

    Afterwards the test's database is dropped and copied again from the template (`tests.runner.restore`), so nothing
    that a test booked remains. Django's TestCase would run each test inside a transaction. That is impossible here:
    `in_one_transaction` opens its own transaction and refuses to run inside another.
    """

    ending: ClassVar[list[Callable[[], None]]] = []  # what is done once, at the end of the test that runs now

    def assert_refused(self, statement: str, *values: int | str | None) -> None:
        """Asserts that the database refuses `statement`, in a SERIALIZABLE transaction as money is written in."""
        with (
            self.subTest(statement),
            self.assertRaises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
            cursor.execute(statement, values or None)

    @classmethod
    def _fixture_setup(cls) -> None:
        pass  # Django would load fixtures here; the copy of the template already holds the cast

    def _fixture_teardown(self) -> None:
        try:
            self.assertEqual(audit.breaches(), [])
        finally:
            name = connection.settings_dict["NAME"]
            while self.ending:
                self.ending.pop()()
            connections.close_all()
            restore(name)


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match is not None, f"{pattern} is not in {text}"
    return match[1]
