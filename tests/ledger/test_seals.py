"""The chain of seals: rewritten history is found and its entry named; receipts are checked by their code."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from unittest.mock import patch
from uuid import uuid4

from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from conversion.money import Money
from ledger import chain, freshness, health, seals, verification
from ledger.freshness import sealing
from ledger.models import Seal, Signature, Transfer, VerificationRun
from payments.history.receipts import receipt_code, receipt_with_code
from payments.owners import wallet_of
from payments.reversals import refunds
from payments.reversals import service as reversals
from tests.base import MoneyTestCase
from tests.cast import person, sent
from tests.runner import as_owner, owner_of
from timestamp_rpc import witness
from timestamp_rpc.server import TimestampServer
from timestamp_rpc.signature_file import Damaged, SealSignature
from timestamp_rpc.witness import Witness


class Sealed(MoneyTestCase):
    """Provides three seals, signed by the test's own witness; alice's five payments to bob are in seals 2 and 3."""

    def setUp(self) -> None:
        self.directory = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.directory)
        server = TimestampServer(witness=Witness(self.directory, "ours")).start()
        self.addCleanup(server.stop)
        here = override_settings(TIMESTAMP_SERVERS=[f"127.0.0.1:{server.port}"], TIMESTAMP_KEY_DIR=str(self.directory))
        here.enable()
        self.addCleanup(here.disable)
        self.alice, self.bob = person("alice"), person("bob")
        seals.seal_and_sign()
        self.sent = []
        for pence in range(1, 6):
            self.sent.append(sent(self.alice, self.bob, f"0.0{pence}"))
            if pence in (2, 5):
                seals.seal_and_sign()

    def verify(self) -> verification.VerificationResult:
        return verification.verify(
            public_key=witness.public_key_of(self.directory), witnessed=witness.signatures_in(self.directory)
        )

    @contextmanager
    def rewritten(self, table: str, there: str, back: str) -> Iterator[list[str]]:
        """Rewrites `table` as the owner can, with triggers off; yields what the verification finds.

        Afterwards `back` restores the rows, so that the audit at the end of the test passes.
        """
        name = connection.settings_dict["NAME"]
        triggers = [f"ALTER TABLE {table} {{}} TRIGGER USER"]
        off = [statement.format("DISABLE") for statement in triggers]
        as_owner(name, [*off, there])
        yield self.verify().findings
        as_owner(name, [*off, back])


class TheChain(Sealed):
    def test_is_read_from_its_end_where_nothing_is_new(self) -> None:
        """A search for seals without a signature took 0.5 s of 1,000,000, twice a minute; a receipt's seal 0.4 s."""
        with CaptureQueriesContext(connection) as said:
            seals.sign_seals()
            receipt_with_code(receipt_code(self.sent[0]))
        reads = [query["sql"] for query in said if 'FROM "ledger_seal"' in query["sql"]]
        self.assertIn('"ledger_seal"."number" > 3', reads[0])
        self.assertIn('ORDER BY "ledger_seal"."since" DESC', reads[1])

    def test_holds_every_transfer_once_and_is_signed(self) -> None:
        result = self.verify()
        self.assertEqual(result.findings, [])
        self.assertEqual((result.seals, result.unsealed, result.unsigned), (3, 0, 0))
        self.assertEqual(result.transfers, Transfer.objects.count())
        self.assertEqual(Signature.objects.count(), 3)

    def test_what_is_not_sealed_yet_is_counted(self) -> None:
        sent(self.alice, self.bob, "1")
        self.assertEqual(self.verify().unsealed, 1)
        self.assertEqual(seals.seal_and_sign(), 1)
        self.assertEqual(seals.seal_and_sign(), 0)

    def test_many_transfers_make_several_seals(self) -> None:
        for _ in range(5):
            sent(self.alice, self.bob, "0.01")
        before, seals.MOST = seals.MOST, 2
        try:
            self.assertEqual(seals.seal_and_sign(), 5)
        finally:
            seals.MOST = before
        self.assertEqual(list(Seal.objects.filter(number__gt=3).values_list("transfers", flat=True)), [2, 2, 1])
        self.assertEqual(self.verify().findings, [])

    def test_without_the_witness_seals_wait_for_their_signatures(self) -> None:
        sent(self.alice, self.bob, "1")
        with override_settings(TIMESTAMP_SERVERS=["127.0.0.1:1"]), self.assertLogs("ledger.seals"):
            self.assertEqual(seals.seal_and_sign(), 1)
        self.assertEqual(self.verify().unsigned, 1)
        seals.seal_and_sign()
        self.assertEqual((self.verify().unsigned, self.verify().findings), (0, []))


class Rewriting(Sealed):
    def test_an_amount_names_the_entry(self) -> None:
        target = self.sent[3]
        entry = f"transfer_id = {target.pk} AND line = 1"
        there, back = (f"UPDATE ledger_entry SET amount = amount {sign} 100 WHERE {entry}" for sign in "+-")
        with self.rewritten("ledger_entry", there, back) as findings:
            self.assertEqual(findings, [f"seal 3: entry 1 of transfer {target.pk} ({target.reference}) was rewritten"])

    def test_both_sides_and_the_transfer_itself_name_the_transfer(self) -> None:
        target = self.sent[0]
        there, back = (
            f"UPDATE ledger_transfer SET note = '{note}' WHERE id = {target.pk}" for note in ("for rent", "")
        )
        with self.rewritten("ledger_transfer", there, back) as findings:
            self.assertEqual(len(findings), 1)
            self.assertIn(f"seal 2: transfer {target.pk}", findings[0])

    def test_every_column_is_sealed_also_one_that_comes_later(self) -> None:
        other = {
            "bigint": "coalesce({0}, 0) + 1000",
            "smallint": "{0} + 4",
            "ARRAY": "{0} || 1::bigint",
            "text": "{0} || '!'",
            "uuid": "gen_random_uuid()",
            "boolean": "NOT {0}",
            "xid8": "'1'",
            "timestamp with time zone": "{0} + interval '1 microsecond'",
        }
        target = self.sent[3].pk
        with owner_of(connection.settings_dict["NAME"]), connection.cursor() as cursor:
            for table, row in (("ledger_transfer", "id"), ("ledger_entry", "line = 1 AND transfer_id")):
                cursor.execute(
                    "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s", [table]
                )
                for column, kind in cursor.fetchall():
                    with self.subTest(f"{table}.{column}"), transaction.atomic():
                        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
                        cursor.execute(
                            f"UPDATE {table} SET {column} = {other[kind].format(column)} WHERE {row} = {target}"
                        )
                        self.assertEqual(cursor.rowcount, 1)
                        self.assertNotEqual(self.verify().findings, [])
                        transaction.set_rollback(True)
        self.assertEqual(self.verify().findings, [])

    def test_a_wallet_that_changed_hands_or_its_currency(self) -> None:
        """No transfer is changed and every sum is right, and still her money belongs to another owner."""
        change = f"UPDATE ledger_wallet SET {{}} = {{}} WHERE id = {wallet_of(self.alice).pk}"
        changes = (
            ("owner_id", "NULL", str(self.alice.pk)),
            ("purpose", "'fees'", "'member'"),
            ("currency", "'KWD'", "'GBP'"),
        )
        for column, stolen, _ in changes:
            with self.assertRaisesRegex(Exception, "what is written stays"):
                as_owner(connection.settings_dict["NAME"], [change.format(column, stolen)])
        for column, stolen, hers in changes:
            there, back = change.format(column, stolen), change.format(column, hers)
            with self.subTest(column), self.rewritten("ledger_wallet", there, back) as findings:
                self.assertEqual(len(findings), 6)  # her opening grant, and the five payments she sent

    def test_a_transfer_taken_out_or_put_elsewhere(self) -> None:
        target = self.sent[4]
        there, back = (f"UPDATE ledger_transfer SET xid = '{xid}' WHERE id = {target.pk}" for xid in (3, target.xid))
        with self.rewritten("ledger_transfer", there, back) as findings:
            self.assertIn(f"transfer {target.pk} ({target.reference}) was put into seal 1 afterwards", findings)
            self.assertIn(f"transfer {target.pk} of seal 3 is gone from where it was booked", findings)

    def test_a_seal_made_to_fit_is_not_the_one_that_was_signed(self) -> None:
        """A transfer and its seal are rewritten together: the chain is consistent again, but the signature is wrong."""
        target = self.sent[4]
        name = connection.settings_dict["NAME"]
        off = "ALTER TABLE ledger_{} DISABLE TRIGGER USER"
        seal, before = Seal.objects.get(number=3), Seal.objects.get(number=2)
        as_owner(name, [off.format("transfer"), f"UPDATE ledger_transfer SET note = 'x' WHERE id = {target.pk}"])
        leaves = chain.pack(map(chain.Leaf.of, chain.records(since=seal.since, upto=seal.upto)))
        digest = chain.link(bytes(before.digest), number=3, since=seal.since, upto=seal.upto, leaves=leaves)
        update = "UPDATE ledger_seal SET leaves = '\\x{}', digest = '\\x{}' WHERE number = 3"
        as_owner(name, [off.format("seal"), update.format(leaves.hex(), digest.hex())])
        self.assertEqual(
            self.verify().findings,
            ["seal 3 is not the one the witness signed", "the signature on seal 3 is not the witness's"],
        )
        as_owner(name, [f"UPDATE ledger_transfer SET note = '' WHERE id = {target.pk}"])

    def test_a_chain_made_anew_without_its_signatures_is_refused_by_the_witness(self) -> None:
        """All seals are deleted and made again. The database then holds only seals that wait for a signature.

        The witness, which should be on another machine, remembers the digests that it signed.
        """
        name, out = connection.settings_dict["NAME"], StringIO()
        drop = [f"ALTER TABLE ledger_{table} DISABLE TRIGGER USER" for table in ("transfer", "signature", "seal")]
        drop += [f"DELETE FROM ledger_{table}" for table in ("signature", "seal")]
        note = f"UPDATE ledger_transfer SET note = '{{}}' WHERE id = {self.sent[0].pk}"
        as_owner(name, [*drop, note.format("for rent")])
        with self.assertLogs("ledger.seals"):
            seals.seal_and_sign()
        with override_settings(TIMESTAMP_KEY_DIR=""), self.assertRaises(SystemExit):
            call_command("verify_ledger", stdout=out)
        self.assertIn("BAD: the witness will not sign seal 1: seal 1 was signed with another digest", out.getvalue())
        with override_settings(TIMESTAMP_KEY_DIR="", TIMESTAMP_SERVERS=["127.0.0.1:1"]):
            call_command("verify_ledger", stdout=out)  # it passes; its table says that no seal is signed
        as_owner(name, [note.format("")])

    def test_a_seal_that_was_touched_or_cut_off(self) -> None:
        name = connection.settings_dict["NAME"]
        as_owner(name, [f"ALTER TABLE ledger_{table} DISABLE TRIGGER USER" for table in ("seal", "signature")])
        as_owner(name, ["UPDATE ledger_seal SET leaves = leaves || '\\x00' WHERE number = 2"])
        self.assertIn("seal 2 was rewritten: its digest does not follow from what it holds", self.verify().findings)
        as_owner(name, ["UPDATE ledger_seal SET leaves = substr(leaves, 1, length(leaves) - 1) WHERE number = 2"])
        as_owner(name, ["DELETE FROM ledger_signature WHERE seal_id = 3", "DELETE FROM ledger_seal WHERE number = 3"])
        self.assertEqual(self.verify().findings, ["the witness signed seals up to 3, the database ends at 2"])

    def test_the_command_prints_a_table_and_fails(self) -> None:
        out = StringIO()
        call_command("verify_ledger", stdout=out)
        self.assertIn("the ledger is as it was sealed", out.getvalue())
        target = self.sent[2]
        there, back = (
            f"UPDATE ledger_transfer SET note = '{note}' WHERE id = {target.pk}" for note in ("for rent", "")
        )
        with self.rewritten("ledger_transfer", there, back):
            out = StringIO()
            with self.assertRaises(SystemExit):
                call_command("verify_ledger", stdout=out)
        self.assertRegex(out.getvalue(), rf"BAD: seal 3: transfer {target.pk} .*was rewritten")


class TheJob(Sealed):
    """The worker verifies once a day, and stores what it found."""

    def stored(self) -> tuple[int, int]:
        run = VerificationRun.objects.latest("at")
        return run.seals, run.findings

    def test_stores_a_sound_chain_and_a_rewritten_one(self) -> None:
        verification.run()
        self.assertEqual(self.stored(), (3, 0))
        there, back = (f"UPDATE ledger_transfer SET note = '{note}' WHERE id = {self.sent[2].pk}" for note in ("x", ""))
        with self.rewritten("ledger_transfer", there, back), self.assertLogs("ledger.verification") as said:
            verification.run()
        self.assertEqual(self.stored(), (3, 1))
        self.assertIn("was rewritten", said.output[0])

    def test_as_the_command_does(self) -> None:
        call_command("verify_ledger", stdout=StringIO())
        self.assertEqual(self.stored(), (3, 0))
        there, back = (f"UPDATE ledger_transfer SET note = '{note}' WHERE id = {self.sent[2].pk}" for note in ("x", ""))
        with self.rewritten("ledger_transfer", there, back), self.assertRaises(SystemExit):
            call_command("verify_ledger", stdout=StringIO())
        self.assertEqual(self.stored(), (3, 1))

    def test_stores_nothing_where_the_witness_cannot_be_believed(self) -> None:
        file = self.directory / "seals"
        file.write_text(file.read_text() + "nonsense\n")
        with self.assertRaises(Damaged):
            verification.run()
        with self.assertRaisesMessage(CommandError, "cannot be believed"):
            call_command("verify_ledger", stdout=StringIO())
        self.assertEqual(VerificationRun.objects.count(), 0)

    def test_does_not_make_the_witness_sign(self) -> None:
        sent(self.alice, self.bob, "1")
        with override_settings(TIMESTAMP_SERVERS=["127.0.0.1:1"]), self.assertLogs("ledger.seals"):
            seals.seal_and_sign()
        before = (self.directory / "seals").read_bytes()
        verification.run()
        self.assertEqual(self.stored(), (4, 0))
        self.assertEqual((self.directory / "seals").read_bytes(), before)

    def test_reads_the_witnesss_list_in_step_with_the_seals(self) -> None:
        read: list[int] = []

        def theirs() -> Iterator[SealSignature]:
            for signature in witness.signatures_in(self.directory):
                read.append(signature.number)
                yield signature

        ahead: list[int] = []
        verification.verify(public_key=None, witnessed=theirs(), tell=lambda done: ahead.append(len(read) - done))
        self.assertEqual(ahead, [0, 0, 0])

    def test_a_seal_that_was_signed_while_it_ran_is_no_finding(self) -> None:
        """The list is read as it was before the seals were."""
        theirs = verification._Witnessed(witness.signatures_in(self.directory))
        sent(self.alice, self.bob, "1")
        seals.seal_and_sign()
        self.assertEqual(theirs.last(), 3)


class HowFarItHasCome(Sealed):
    def test_nothing_waits(self) -> None:
        now = sealing()
        self.assertEqual((now.unsealed_since, now.unsigned_since), (None, None))
        self.assertEqual(
            (health.seals().says, health.signatures().says), ("Every transfer is sealed.", "Every seal is signed.")
        )

    def test_the_oldest_that_waits_counts(self) -> None:
        first, _ = (sent(self.alice, self.bob, "1") for _ in range(2))
        self.assertEqual(sealing().unsealed_since, first.booked_at)
        for _ in range(2):
            with override_settings(TIMESTAMP_SERVERS=["127.0.0.1:1"]), self.assertLogs("ledger.seals"):
                seals.seal_and_sign()
            sent(self.alice, self.bob, "1")
        self.assertEqual(sealing().unsealed_since, Transfer.objects.latest("id").booked_at)
        self.assertEqual(sealing().unsigned_since, Seal.objects.get(number=4).sealed_at)
        for reading in (health.seals, health.signatures):
            self.assertTrue(reading().is_well)
        with patch.object(freshness, "LONGEST_WAIT_S", 0):
            self.assertEqual((health.seals().is_well, health.signatures().is_well), (False, False))


class Receipts(Sealed):
    def test_a_code_finds_its_receipt_however_it_is_typed(self) -> None:
        self.client.force_login(self.alice)
        page = self.client.get(reverse("payments:receipt", args=[self.sent[0].reference]))
        code = page.context["code"]
        self.assertRegex(code, r"^([0-9A-Z]{4}-){5}[0-9A-Z]{4}$")
        self.client.logout()
        for typed in (code, code.lower().replace("-", " "), code.replace("-", "").replace("0", "O")):
            self.assertContains(
                self.client.get(reverse("verify"), {"code": typed}), "Genuine. The receipt is part of seal no. 2"
            )

    def test_what_was_given_back_since_is_said(self) -> None:
        """Otherwise a payer could pay, show the receipt, undo the payment, and have the goods and the money."""
        undone, refunded = self.sent[:2]
        codes = [receipt_code(transfer) for transfer in (undone, refunded, self.sent[2])]
        reversals.undo(maker=self.alice, transfer=undone, key=uuid4())
        refunds.refund(payee=self.bob, transfer=refunded, amount=Money.of("0.01", "GBP"), key=uuid4(), pin=None)
        pages = [self.client.get(reverse("verify"), {"code": code}) for code in codes]
        self.assertContains(pages[0], "This transfer was undone later")
        self.assertContains(pages[1], "of this payment was refunded later")
        self.assertNotContains(pages[2], "notice--warning")

    def test_one_letter_of_the_content_and_it_is_none(self) -> None:
        target = self.sent[0]
        code = receipt_code(target)
        there, back = (
            f"UPDATE ledger_transfer SET note = '{note}' WHERE id = {target.pk}" for note in ("for rent", "")
        )
        with self.rewritten("ledger_transfer", there, back):
            self.assertContains(self.client.get(reverse("verify"), {"code": code}), "There is no receipt")
            new_code = receipt_code(target)
            self.assertContains(
                self.client.get(reverse("verify"), {"code": new_code}), "This receipt does not match its seal"
            )

    def test_nonsense_is_no_receipt(self) -> None:
        for code in ("x", "-" * 40, "U" * 24, "\0" * 24, "0" * 24, "é" * 24, "²" * 24):
            with self.subTest(code):
                self.assertContains(self.client.get(reverse("verify"), {"code": code}), "There is no receipt")
