"""What tests that move money stand on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

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
    """Starts with the cast as it moved in and ends with the audit; what it booked is gone with its database.

    Money is written in transactions of its own, so nothing here runs inside one (Django's TestCase would).
    """

    def assert_refused(self, statement: str, *values: int | str | None) -> None:
        """By the database, in the only kind of transaction in which money is written."""
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
        pass

    def _fixture_teardown(self) -> None:
        try:
            self.assertEqual(audit.breaches(), [])
        finally:
            name = connection.settings_dict["NAME"]
            connections.close_all()
            restore(name)


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match is not None, f"{pattern} is not in {text}"
    return match[1]
