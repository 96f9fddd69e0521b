"""Importing members and balances of another system: once per file, each person once, differences only as confirmed."""

from __future__ import annotations

from uuid import uuid4

from conversion.money import currency
from ledger.models import Transfer, Wallet
from ledger.wallets import balance_of, system_wallet
from tests.base import MoneyTestCase
from tests.cast import PIN, balance, gbp, person
from treasury.imports import booking, files, service
from treasury.imports.errors import ImportedBefore, RowsUndecided
from treasury.imports.kinds import IMPORT_DIFFERENCES, IMPORTS
from treasury.models import Import

from .kitties import LINES, MEMBERS, confirmed, imported, prepared, row, table


def system(purpose: str) -> object:
    return balance_of(Wallet.objects.get(pk=system_wallet(purpose, "GBP")))


class ATableOfMembers(MoneyTestCase):
    def test_becomes_accounts_with_their_balances(self) -> None:
        found = imported(prepared())
        self.assertEqual(found.status, "finished")
        self.assertEqual((balance(person("zoe")), balance(person("yann"))), (gbp("12.50"), gbp("3")))
        self.assertEqual(system(IMPORTS), gbp("-15.50"))
        self.assertEqual([each.outcome for each in found.rows.order_by("number")], ["booked", "booked"])

    def test_a_new_member_has_no_opening_grant_beside_it(self) -> None:
        imported(prepared())
        self.assertFalse(Transfer.objects.filter(kind="grant", made_by=person("zoe")).exists())

    def test_with_transactions_shows_both_balances(self) -> None:
        found = prepared(table(MEMBERS), table(LINES, "lines.csv"))
        zoe, yann = row(found, 1), row(found, 2)
        self.assertEqual((zoe.claimed, zoe.recomputed, zoe.differs_by), (gbp("12.50"), gbp("12.50"), None))
        self.assertEqual((yann.claimed, yann.recomputed, yann.differs_by), (gbp("3"), gbp("2"), gbp("1")))

    def test_a_difference_waits_for_a_choice(self) -> None:
        found = prepared(table(MEMBERS), table(LINES, "lines.csv"))
        with self.assertRaises(RowsUndecided):
            confirmed(found)
        self.assertEqual(Import.objects.get().status, "draft")

    def test_a_confirmed_difference_is_booked_from_a_wallet_of_its_own(self) -> None:
        found = prepared(table(MEMBERS), table(LINES, "lines.csv"))
        service.choose_for_all(by=person("tess"), found=found, choice="take_claimed")
        imported(found)
        self.assertEqual(balance(person("yann")), gbp("3"))
        self.assertEqual((system(IMPORTS), system(IMPORT_DIFFERENCES)), (gbp("-14.50"), gbp("-1")))

    def test_without_the_difference_the_recomputed_balance_is_opened(self) -> None:
        found = prepared(table(MEMBERS), table(LINES, "lines.csv"))
        service.choose_for_all(by=person("tess"), found=found, choice="take_recomputed")
        imported(found)
        self.assertEqual(balance(person("yann")), gbp("2"))
        self.assertEqual((system(IMPORTS), system(IMPORT_DIFFERENCES)), (gbp("-14.50"), gbp("0")))

    def test_comes_once(self) -> None:
        prepared()
        with self.assertRaises(ImportedBefore):
            prepared(table(MEMBERS.replace(",", ";"), "again.csv"))  # saved in another way
        self.assertEqual(Import.objects.count(), 1)

    def test_the_same_key_makes_one_draft(self) -> None:
        unit, key = currency("GBP"), uuid4()
        kitty = files.read([table(MEMBERS)], unit)
        first, again = (
            service.prepare(by=person("tess"), kitty=kitty, unit=unit, file_name="a", key=key) for _ in range(2)
        )
        self.assertEqual(first, again)

    def test_books_nothing_more_when_it_is_done_again(self) -> None:
        found = imported(prepared())
        self.assertEqual(service.confirm(by=person("admin"), found=found, revision=0, pin=PIN).status, "finished")
        self.assertEqual(booking.import_running(), 0)
        self.assertEqual(system(IMPORTS), gbp("-15.50"))
