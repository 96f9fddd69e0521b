"""What tests that move money stand on."""

from __future__ import annotations

from django.db import connection, connections
from django.test import TransactionTestCase

from payments import audit

from .runner import restore


class MoneyTestCase(TransactionTestCase):
    """Starts with the cast as it moved in and ends with the audit; what it booked is gone with its database.

    Money is written in transactions of its own, so nothing here runs inside one (Django's TestCase would).
    """

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
