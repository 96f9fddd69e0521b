"""`./wallet run` asks the conversion service over a Unix socket that other users of the machine cannot reach."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from django.test import SimpleTestCase

from conversion import client
from conversion.money import Money, currency
from runtime.services import services_beside
from runtime.supervisor import Supervisor

from .test_supervisor import eventually


class TheConversionService(SimpleTestCase):
    def setUp(self) -> None:
        client._forget()
        path = Path(self.enterContext(tempfile.TemporaryDirectory())) / "Web" / "conversion.sock"  # not lower case
        self.folder = path.parent
        self.enterContext(self.settings(CONVERSION_URL=f"unix:{path}"))
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "TIMESTAMP_SERVERS": "127.0.0.1:1",
            "CONVERSION_URL": f"unix:{path}",
        }
        [service] = [one for one in services_beside(environment) if one.name == "conversion"]
        self.supervisor = Supervisor([service])

    def answers(self) -> bool:
        try:
            return client.convert(Money.of("30", "GBP"), to=currency("EUR")).target == Money.of("35.10", "EUR")
        except client.ConversionUnavailable:
            return False

    def test_answers_over_its_socket_also_after_a_restart(self) -> None:
        self.assertFalse(self.answers())
        for _ in range(2):  # the second time over a kept connection that was closed
            self.supervisor.start()
            self.addCleanup(self.supervisor.stop)
            self.assertTrue(eventually(self.answers, 30))
            self.assertTrue(self.answers())
            self.supervisor.stop()

    def test_is_in_a_folder_of_this_user_alone(self) -> None:
        self.assertEqual(self.folder.stat().st_mode & 0o777, 0o700)
