"""One database, one installation: what has other secrets neither books in it nor signs its seals."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.backends.signals import connection_created
from django.test import SimpleTestCase

from ledger.installations import ForeignDatabase, require_own
from ledger.models import Installation
from runtime.services import PROJECT, manage
from tests.base import MoneyTestCase
from tests.runner import as_owner, connected_to
from tests.settings import DATABASE_OWNER
from timestamp_rpc.witness import Foreign, Witness

OURS, THEIRS = settings.INSTALLATION_ID, "of-another-installation"
OTHER_PEPPER = "another pepper, as long as the rule asks for"


class ADatabase(MoneyTestCase):
    def belongs_to(self, code: str) -> None:
        connection.close()
        as_owner(connection.settings_dict["NAME"], [f"INSERT INTO ledger_installation (code) VALUES ('{code}')"])

    def codes(self) -> list[str]:
        return [row.code for row in Installation.objects.order_by("pk")]

    def give_away(self) -> None:
        """Makes the test's database one of another installation, until the test ends."""
        self.belongs_to(THEIRS)
        self.addCleanup(self.belongs_to, OURS)

    def test_belongs_to_whoever_migrated_it(self) -> None:
        self.assertEqual(self.codes(), [OURS])

    def test_of_another_installation_is_not_used(self) -> None:
        self.give_away()
        for _ in range(2):  # nor at the second try
            with self.assertRaisesMessage(ForeignDatabase, "./wallet adopt_database"):
                self.codes()

    def test_is_not_given_away_by_the_web_role(self) -> None:
        for statement in (
            "INSERT INTO ledger_installation (code) VALUES ('mine')",
            "UPDATE ledger_installation SET code = 'mine'",
            "DELETE FROM ledger_installation",
        ):
            self.assert_refused(statement)

    def test_stops_the_start_of_a_stranger(self) -> None:
        """A worker and a web process of their own, with this test's database and another pepper.

        The third one is what `./wallet run` does before it loads any app.
        """
        database = connection.settings_dict
        address = f"{database['USER']}:{database['PASSWORD']}@/{database['NAME']}?host={database['OPTIONS']['host']}"
        environment = os.environ | {
            "DATABASE_URL": f"postgres://{address}",
            "PIN_PEPPER": OTHER_PEPPER,
            "DJANGO_SETTINGS_MODULE": "wallet_site.settings",
        }
        at_start = "from ledger.installations import require_own_at_start; require_own_at_start()"
        python = [sys.executable, "-c"]
        for command in (manage("worker"), [*python, "import wallet_site.wsgi"], [*python, at_start]):
            done = subprocess.run(
                command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=60, check=False
            )
            with self.subTest(command[-1]):
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(f"belongs to installation {OURS[:8]}", done.stderr)

    def test_is_adopted_on_purpose(self) -> None:
        self.give_away()
        self.assertIn(f"belongs to installation {THEIRS[:8]}", self.adopt(yes=True))
        self.assertEqual(self.codes(), [OURS, THEIRS, OURS])
        self.assertIn("already", self.adopt(yes=True))
        self.assertEqual(self.codes(), [OURS, THEIRS, OURS])

    def adopt(self, **options: Any) -> str:
        said = io.StringIO()
        owner_role = {name: DATABASE_OWNER[name] for name in ("USER", "PASSWORD")}
        try:
            with connected_to(connection.settings_dict["NAME"], **owner_role):
                call_command("adopt_database", stdout=said, **options)
        finally:
            connection_created.connect(require_own)  # in life, the command is a process of its own
        return said.getvalue()


class TheWitnessesFiles(SimpleTestCase):
    def setUp(self) -> None:
        directory = TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def test_are_of_one_installation(self) -> None:
        for _ in range(2):
            Witness(self.directory, "ours")
        with self.assertRaisesMessage(Foreign, "--adopt"):
            Witness(self.directory, "theirs")
        Witness(self.directory, "theirs", adopt=True)
        with self.assertRaises(Foreign):
            Witness(self.directory, "ours")

    def test_are_its_own_after_a_power_cut_at_the_first_start(self) -> None:
        (self.directory / "installation").touch()
        Witness(self.directory, "ours")
        with self.assertRaises(Foreign):
            Witness(self.directory, "theirs")
