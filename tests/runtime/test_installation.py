"""`./wallet run` prepares the schema again when a file that the schema is made of has changed."""

from __future__ import annotations

from pathlib import Path

from django.test import SimpleTestCase

from ledger.kinds import known_purposes
from runtime.installation import PROJECT, SCHEMA
from wallet_site.install_sql import files
from wallet_site.plugs import modules


class TheSchema(SimpleTestCase):
    def test_is_prepared_anew_when_anything_that_it_is_made_of_changes(self) -> None:
        """Once, a wallet purpose was added without a migration: it got no wallets, and the first transfer failed."""
        watched = {path for pattern in SCHEMA for path in PROJECT.glob(pattern)}
        kinds = [PROJECT / Path(*name.split(".")).with_suffix(".py") for name in modules("kinds")]
        self.assertTrue(known_purposes)
        made_of = {path for path in [*files(), *kinds] if PROJECT / "tests" not in path.parents}
        self.assertGreater(len(made_of), 10)
        self.assertEqual(made_of - watched, set())
