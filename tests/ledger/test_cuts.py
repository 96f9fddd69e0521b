"""A ledger that was set back: the witness refuses, until an operator declares the cut; then everybody can see it."""

from __future__ import annotations

import datetime as dt
import io
import shutil
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import override_settings
from django.urls import reverse

from ledger import seals
from ledger.models import Cut, Seal, Signature
from runtime import roles
from tests.base import MoneyTestCase
from tests.cast import person, sent
from tests.runner import as_owner, drop, end_sessions_in, restore
from timestamp_rpc import witness
from timestamp_rpc.cuts import cuts_in
from timestamp_rpc.server import TimestampServer
from timestamp_rpc.witness import Refused, Witness


class WithABackup(MoneyTestCase):
    """The database has three seals; then it is set back to the first, as by a restore from a backup."""

    def setUp(self) -> None:
        self.directory = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.directory)
        server = TimestampServer(witness=Witness(self.directory, settings.INSTALLATION_ID)).start()
        self.addCleanup(server.stop)
        here = override_settings(TIMESTAMP_SERVERS=[f"127.0.0.1:{server.port}"], TIMESTAMP_KEY_DIR=str(self.directory))
        here.enable()
        self.addCleanup(here.disable)
        self.alice, self.bob = person("alice"), person("bob")
        self.book_and_seal()
        self.name = connection.settings_dict["NAME"]
        self.backup = f"{self.name}_backup"
        self.addCleanup(drop, self.backup)
        copy(self.name, self.backup)
        for _ in range(2):
            self.book_and_seal()
        copy(self.backup, self.name)

    def book_and_seal(self) -> None:
        sent(self.alice, self.bob, "1.00")
        seals.seal_and_sign()

    def declare(self, **options: Any) -> str:
        said = io.StringIO()
        call_command("declare_cut", stdout=said, **{"reason": "the disk broke", "by": "Ada", "yes": True} | options)
        return said.getvalue()

    def verify(self) -> str:
        said = io.StringIO()
        try:
            call_command("verify_ledger", stdout=said)
        except SystemExit:
            said.write("FAILED")
        return said.getvalue()


class ALedgerThatWasSetBack(WithABackup):
    def test_has_signatures_again_only_after_a_declared_cut(self) -> None:
        self.book_and_seal()
        self.assertEqual((Seal.objects.count(), Signature.objects.count()), (2, 1))
        self.assertIn("the witness signed seals up to 3, the database ends at 2", self.verify())
        self.assertIn("agree up to seal 1", self.declare())
        self.book_and_seal()
        self.assertEqual((Seal.objects.count(), Signature.objects.count()), (3, 3))
        said = self.verify()
        self.assertIn("set back after seal 1 (it had 3)", said)
        self.assertIn("the disk broke", said)
        self.assertNotIn("FAILED", said)

    def test_is_told_to_everybody(self) -> None:
        self.declare()
        self.assertContains(self.client.get(reverse("status")), "the disk broke")

    def test_keeps_the_signatures_of_what_was_lost(self) -> None:
        before = (self.directory / "seals").read_text()
        self.declare()
        self.assertEqual((self.directory / "seals.cut-1").read_text(), before)
        self.assertEqual((self.directory / "seals").read_text(), before.partition("\n")[0] + "\n")

    def test_to_before_its_first_seal_is_cut_there(self) -> None:
        restore(self.name)
        self.assertIn("agree up to nothing", self.declare())
        self.book_and_seal()
        self.assertEqual(Signature.objects.count(), 1)

    def test_is_not_cut_twice(self) -> None:
        self.declare()
        self.assertIn("Nothing was changed", self.declare())
        self.assertEqual(Cut.objects.count(), 1)

    def test_is_not_cut_without_a_reason(self) -> None:
        with self.assertRaisesMessage(CommandError, "needs a reason"):
            self.declare(reason=" ")
        self.assertEqual(cuts_in(self.directory), [])

    def test_is_shown_again_after_another_restore(self) -> None:
        """The witness remembers what the restored database does not."""
        self.declare()
        copy(self.backup, self.name)
        self.assertIn("signed a cut after seal 1, and the database does not have it", self.verify())
        self.declare()
        self.assertNotIn("FAILED", self.verify())

    def test_is_cut_once_by_a_call_that_was_interrupted(self) -> None:
        """The power may go after the cut was written down and before the signatures were put aside."""
        before = (self.directory / "seals").read_bytes()
        self.declare()
        (self.directory / "seals").write_bytes(before)
        self.declare()
        self.assertEqual((len(cuts_in(self.directory)), Cut.objects.count()), (1, 1))
        self.assertEqual((self.directory / "seals").read_bytes().count(b"\n"), 1)


class ACut(WithABackup):
    def test_is_only_for_a_ledger_that_was_set_back(self) -> None:
        ours = Witness(self.directory, settings.INSTALLATION_ID)
        now = dt.datetime.now(dt.UTC)
        with self.assertRaisesMessage(Refused, "with another digest"):
            ours.cut(1, bytes(32), by="Ada", reason="rewritten", now=now)
        with self.assertRaisesMessage(Refused, "nothing after seal 3"):
            ours.cut(3, bytes(32), by="Ada", reason="nothing", now=now)

    def test_cannot_be_forged_or_taken_out(self) -> None:
        self.declare()
        [cut] = Cut.objects.all()
        for statement in ("DELETE FROM ledger_cut", "UPDATE ledger_cut SET reason = ''"):
            self.assert_refused(statement)
        cut.pk, cut.reason, cut.signature = None, "nothing at all", bytes(64)
        cut.save()
        self.assertIn("was not signed by the witness", self.verify())

    def test_goes_back(self) -> None:
        with self.assertRaises(IntegrityError), transaction.atomic():
            Cut.objects.create(after=2, until=2, declared_at=dt.datetime.now(dt.UTC), signature=b"")

    def test_is_of_this_witness_alone(self) -> None:
        self.declare()
        [declared] = cuts_in(self.directory)
        key = witness.public_key_of(self.directory)
        assert key is not None
        self.assertTrue(witness.is_genuine_cut(declared, public_key=key))
        self.assertFalse(witness.is_genuine_cut(declared, public_key=bytes(32)))


def copy(source: str, target: str) -> None:
    """Replaces the database `target` by a copy of `source`."""
    connection.close()
    for name in (source, target):
        end_sessions_in(name)
    as_owner("postgres", [f"DROP DATABASE IF EXISTS {target}", f"CREATE DATABASE {target} TEMPLATE {source}"])
    as_owner("postgres", roles.database_statements(target)[:2])
