"""A file for the bank: what may be in it, who may make it, and that it is booked once and as a whole."""

from __future__ import annotations

from unittest import mock
from uuid import uuid4
from xml.etree import ElementTree

from django.test import override_settings

from accounts.models import User
from accounts.people.errors import AccountFrozen, OwnAccount, RoleMissing
from accounts.pins.errors import PinWrong
from conversion.errors import KeyReused
from conversion.money import Money
from ledger.models import Transfer
from tests.cast import PIN, person
from treasury.models import PayoutFile
from treasury.withdrawals import filing, service
from treasury.withdrawals.errors import (
    AnotherMustFile,
    BankHasNoIban,
    NotApproved,
    NothingToFile,
    TooManyToFile,
)

from .banks import a_bank
from .withdrawals import IBAN, Withdrawals, approved, file, requested

PAIN = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


class AFile(Withdrawals):
    def test_orders_the_bank_to_pay_each_of_them(self) -> None:
        rows = [approved(self.alice, "12.34"), approved(person("bob"), "5")]
        made = file(*rows)
        document = ElementTree.fromstring(made.content)
        text = {name: [node.text for node in document.iter(f"{PAIN}{name}")] for name in NAMES}
        self.assertEqual(text["MsgId"], [made.reference.hex])
        self.assertEqual(text["EndToEndId"], [row.reference.hex for row in rows])
        self.assertEqual(text["InstdAmt"], ["12.34", "5.00"])
        self.assertEqual(text["CtrlSum"], ["17.34", "17.34"])
        self.assertEqual(text["IBAN"], [self.bank.iban, IBAN, IBAN])
        self.assertEqual(text["Nm"], ["The Club", "The Club", "Alice Archer", "Bob Baker"])
        self.assertEqual([node.get("Ccy") for node in document.iter(f"{PAIN}InstdAmt")], ["GBP", "GBP"])
        self.assertEqual(text["Cd"], [])  # no SEPA, which is in euros
        self.assertEqual((made.row_count, made.total_minor, made.name), (2, 1734, f"{made.reference.hex}.xml"))
        self.assertEqual(Transfer.objects.filter(kind="withdrawal", made_by=self.admin).count(), 2)

    def test_in_euros_asks_for_sepa(self) -> None:
        bank = a_bank("euros", cap=Money.of("1000", "EUR"), bic="COBADEFFXXX")
        made = file(approved(person("carla"), "5"))
        self.assertEqual(made.clearing.bank, bank)
        for part in (b"<Cd>SEPA</Cd>", b"<BICFI>COBADEFFXXX</BICFI>", b'Ccy="EUR"'):
            self.assertIn(part, bytes(made.content))

    def test_is_made_once_under_its_key(self) -> None:
        found, key = approved(self.alice, "5"), uuid4()
        first = file(found, key=key)
        self.assertEqual(bytes(file(found, key=key).content), bytes(PayoutFile.objects.get().content))
        with self.assertRaises(NotApproved):
            file(found)
        with self.assertRaises(KeyReused):
            file(approved(self.alice, "6"), key=key)
        self.assertEqual(PayoutFile.objects.get(), first)

    def test_is_whole_or_not_made(self) -> None:
        rows = [approved(self.alice, "5"), approved(person("bob"), "5")]
        service.cancel_withdrawal(member=person("bob"), withdrawal=rows[1])
        with self.assertRaises(NotApproved):
            file(*rows)
        self.assert_is(rows[0], "approved", held="5", balance_is="1000")
        with self.assertRaises(NotApproved):
            file(requested(self.alice, "1"))
        with mock.patch.object(filing, "MOST_ROWS", 1), self.assertRaises(TooManyToFile):
            file(*rows)
        with self.assertRaises(NothingToFile):
            filing.file_withdrawals(by=self.admin, clearing=rows[0].clearing, withdrawals=[], key=uuid4(), pin=PIN)
        self.bank.iban = rows[0].clearing.bank.iban = ""
        self.bank.save()
        with self.assertRaises(BankHasNoIban):
            file(rows[0])

    def test_has_nobody_who_is_frozen_and_no_own_withdrawal(self) -> None:
        found = approved(self.alice, "5")
        for who, change, refusal in (
            (self.alice, {"frozen": True}, AccountFrozen),
            (self.bank.user, {"frozen": True}, AccountFrozen),
            (self.admin, {"frozen": True}, AccountFrozen),
        ):
            User.objects.filter(pk=who.pk).update(**change)
            with self.subTest(change), self.assertRaises(refusal):
                file(found)
            User.objects.filter(pk=who.pk).update(frozen=False, role=who.role)
        with self.assertRaises(OwnAccount):
            file(found, approved(self.admin, "5"))
        with self.assertRaises(RoleMissing):
            file(found, by=person("audrey"))
        with self.assertRaises(PinWrong):
            file(found, pin="000000")
        self.assertFalse(PayoutFile.objects.exists())

    @override_settings(FOUR_EYES_ABOVE="100.00 GBP")
    def test_above_the_limit_is_of_another_person_than_who_approved(self) -> None:
        small, large, more = (approved(self.alice, amount, by=self.tess) for amount in ("60", "100.01", "40"))
        with self.assertRaisesMessage(AnotherMustFile, "£100.00 a day"):
            file(large, by=self.tess)
        self.assertEqual(file(small, by=self.tess).alone_minor, 60_00)
        one_more = approved(self.alice, "0.01", by=self.tess)
        with self.assertRaises(AnotherMustFile):  # the day counts, and not the file
            file(more, one_more, by=self.tess)
        self.assertEqual(file(more, by=self.tess).alone_minor, 100_00)
        of_the_other = approved(self.alice, "200", by=self.admin)
        self.assertEqual(file(of_the_other, by=self.tess).alone_minor, 0)
        with self.assertRaises(AnotherMustFile):  # and the day's sum is still known
            file(one_more, by=self.tess)
        with override_settings(FOUR_EYES_ABOVE="1.00 GBP"):  # a lower limit stops nothing that two have seen
            file(approved(self.alice, "7", by=self.admin), by=self.tess)
        self.assertEqual(file(large, one_more, by=self.admin).alone_minor, 0)

    @override_settings(FOUR_EYES_ABOVE="100.00 GBP")
    def test_counts_an_approval_only_of_who_is_a_second_person_now(self) -> None:
        found = approved(self.alice, "200", by=self.tess)
        for change in ({"frozen": True}, {"role": "member"}):
            User.objects.filter(pk=self.tess.pk).update(**change)
            with self.subTest(change), self.assertRaises(AnotherMustFile):
                file(found, by=self.admin)
            User.objects.filter(pk=self.tess.pk).update(frozen=False, role="treasurer")
        with override_settings(SECOND_PERSON_AFTER_HOURS=24), self.assertRaises(AnotherMustFile):
            file(found, by=self.admin)  # the roles of both are new
        User.objects.filter(pk=self.tess.pk).update(role="cashier")
        User.objects.filter(pk=self.tess.pk).update(role="treasurer", role_given_by=self.admin)
        with self.assertRaises(AnotherMustFile):  # who got the role from the maker of the file
            file(found, by=self.admin)

    @override_settings(FOUR_EYES_ABOVE="100.00 GBP")
    def test_is_proposed_with_what_its_maker_may_send(self) -> None:
        rows = [
            approved(self.alice, "60", by=self.tess),
            approved(self.alice, "50", by=self.tess),
            approved(self.alice, "40", by=self.tess),
            approved(self.tess, "5", by=self.admin),
            approved(person("bob"), "900", by=self.admin),
            approved(person("cass"), "1", by=self.admin),
        ]
        User.objects.filter(username="cass").update(frozen=True)
        clearing = rows[0].clearing
        words = [why_not for _row, why_not in filing.choices(self.tess, clearing, rows)]
        self.assertEqual(words, ["", "alone", "", "own", "", "frozen"])
        file(*(row for row, why_not in filing.choices(self.tess, clearing, rows) if not why_not), by=self.tess)


NAMES = ("MsgId", "EndToEndId", "InstdAmt", "CtrlSum", "IBAN", "Nm", "Cd")
