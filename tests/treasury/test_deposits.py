"""A bank's deposit is booked once under its reference, has its counterentry, and can be recalled once."""

from __future__ import annotations

from functools import partial
from uuid import uuid4

from django.db import IntegrityError, connection

from accounts.models import User
from accounts.people.errors import AccountFrozen, OwnAccount, RoleMissing
from accounts.people.standing import may_not_move
from conversion.errors import NotFound, NotPositive, OtherCurrency
from conversion.money import Money
from events.models import Notification
from ledger import audit
from ledger.models import Transfer
from ledger.wallets import balance_of
from payments.errors import NoSuchUser
from payments.owners import wallet_by_handle, wallet_of
from payments.registration.service import open_missing_wallets
from tests.base import MoneyTestCase
from tests.cast import balance, gbp, merchant, person, placed, sent
from tests.concurrency.crowd import at_once
from tests.runner import as_owner
from treasury.banks.errors import BankLacksCurrency, OverBankCap
from treasury.banks.service import create_bank, open_currency
from treasury.deposits import service
from treasury.deposits.errors import ReferenceReused
from treasury.deposits.laws import LAWS
from treasury.models import Clearing, Deposit

from .banks import a_bank, deposited


class Deposits(MoneyTestCase):
    def setUp(self) -> None:
        self.bank, self.alice, self.tess = a_bank(), person("alice"), person("tess")

    def clearing(self) -> Money:
        return balance_of(Clearing.objects.get(bank=self.bank, wallet__currency_code="GBP").wallet)


class ADeposit(Deposits):
    def test_credits_the_member_and_is_owed_by_the_bank(self) -> None:
        found = deposited(self.bank, self.alice, "50.25", reference="T1", details="May")
        self.assertEqual((balance(self.alice), self.clearing()), (gbp("1050.25"), gbp("-50.25")))
        transfer = Transfer.objects.get(pk=found.transfer_id)
        self.assertEqual((transfer.kind, transfer.note, transfer.made_by), ("deposit", "May", self.bank.user))
        notice = Notification.objects.get(user=self.alice)
        self.assertEqual((notice.kind, notice.amount, notice.subject), ("deposited", gbp("50.25"), transfer.reference))

    def test_is_booked_once_under_its_reference(self) -> None:
        first = deposited(self.bank, self.alice, "5", reference="T1")
        self.assertEqual(deposited(self.bank, self.alice, "5", reference="T1"), first)
        self.assertEqual((balance(self.alice), Notification.objects.count()), (gbp("1005"), 1))

    def test_is_booked_once_however_many_come_at_once(self) -> None:
        outcomes = at_once([partial(deposited, self.bank, self.alice, "5", reference="T1")] * 50)
        self.assertEqual(outcomes, {"done": 50})
        self.assertEqual((balance(self.alice), Deposit.objects.count()), (gbp("1005"), 1))

    def test_with_other_content_is_refused_and_names_what_differs(self) -> None:
        euros = open_currency(bank=self.bank, daily_cap=Money.of("1000", "EUR"))
        deposited(self.bank, self.alice, "5", reference="T1", details="May")
        for field, member, amount, details in (
            ("amount", "alice", "6", "May"),
            ("to", "bob", "5", "May"),
            ("details", "alice", "5", "June"),
            ("currency", "carla", "5", "May"),
        ):
            with self.subTest(field), self.assertRaises(ReferenceReused) as refused:
                deposited(self.bank, person(member), amount, reference="T1", details=details)
            self.assertEqual(refused.exception.field, field)
        self.assertEqual((balance(self.alice), euros.counted_minor), (gbp("1005"), 0))

    def test_of_another_bank_may_have_the_same_reference(self) -> None:
        deposited(self.bank, self.alice, "5", reference="T1")
        deposited(a_bank("otherbank"), self.alice, "6", reference="T1")
        self.assertEqual(balance(self.alice), gbp("1011"))

    def test_of_a_merchant_waits_for_no_other(self) -> None:
        kiosk = merchant()
        deposited(self.bank, kiosk, "5")
        self.assertEqual(balance_of(wallet_of(kiosk)), gbp("5"))

    def test_is_refused_for_a_payee_who_is_frozen_or_closed(self) -> None:
        for change in ({"frozen": True}, {"is_active": False}):
            User.objects.filter(pk=self.alice.pk).update(**change)
            with self.subTest(change), self.assertRaises(AccountFrozen):
                deposited(self.bank, self.alice, "5", reference="T1")
            User.objects.filter(pk=self.alice.pk).update(frozen=False, is_active=True)
        deposited(self.bank, self.alice, "5", reference="T1")  # a refusal uses no reference up

    def test_is_refused_of_a_bank_that_is_frozen_or_no_bank_any_more(self) -> None:
        first = deposited(self.bank, self.alice, "5", reference="T1")
        for change, refusal in (({"frozen": True}, AccountFrozen), ({"role": "member"}, RoleMissing)):
            User.objects.filter(pk=self.bank.user_id).update(**change)
            with self.subTest(change):
                with self.assertRaises(refusal):
                    deposited(self.bank, self.alice, "5")
                self.assertEqual(deposited(self.bank, self.alice, "5", reference="T1"), first)
            User.objects.filter(pk=self.bank.user_id).update(frozen=False, role="bank")

    def test_is_imported_by_the_treasury_and_never_for_oneself(self) -> None:
        for by, member, refusal in (
            ("cass", "alice", RoleMissing),
            ("audrey", "alice", RoleMissing),
            ("alice", "bob", RoleMissing),
            ("tess", "tess", OwnAccount),
        ):
            with self.subTest(by), self.assertRaises(refusal):
                deposited(self.bank, person(member), "5", by=person(by))
        User.objects.filter(pk=self.bank.user_id).update(frozen=True)
        with self.assertRaises(AccountFrozen):
            deposited(self.bank, self.alice, "5", by=self.tess)
        User.objects.filter(pk=self.bank.user_id).update(frozen=False)
        found = deposited(self.bank, self.alice, "5", by=self.tess, reference="T1")
        self.assertEqual((found.imported_by, found.transfer.made_by), (self.tess, self.bank.user))
        self.assertEqual(deposited(self.bank, self.alice, "5", reference="T1"), found)  # the bank's program, later

    def test_is_positive_and_in_the_currency_of_both(self) -> None:
        deposit = partial(service.deposit, bank=self.bank, reference="T1")
        with self.assertRaises(NotPositive):
            deposit(wallet=wallet_of(self.alice), amount=gbp("0"))
        with self.assertRaises(OtherCurrency):
            deposit(wallet=wallet_of(person("carla")), amount=gbp("1"))
        with self.assertRaises(BankLacksCurrency):
            deposit(wallet=wallet_of(person("carla")), amount=Money.of("1", "EUR"))


class TheDailyCap(Deposits):
    def setUp(self) -> None:
        super().setUp()
        open_currency(bank=self.bank, daily_cap=gbp("100"))

    def test_is_reached_and_not_exceeded(self) -> None:
        deposited(self.bank, self.alice, "60", reference="T1")
        with self.assertRaisesRegex(OverBankCap, "£100.00 a day"):
            deposited(self.bank, self.alice, "40.01")
        deposited(self.bank, person("bob"), "40")
        deposited(self.bank, self.alice, "60", reference="T1")  # a known reference counts once
        with self.assertRaises(OverBankCap):
            deposited(self.bank, self.alice, "0.01")
        self.assertEqual(self.clearing(), gbp("-100"))

    def test_is_not_exceeded_by_depositing_much_at_once(self) -> None:
        people = [person(name) for name in ("alice", "bob", "cass", "tess")] * 4
        outcomes = at_once([partial(deposited, self.bank, each, "9") for each in people])
        self.assertEqual(outcomes, {"done": 11, "OverBankCap": 5})
        self.assertEqual(self.clearing(), gbp("-99"))

    def test_begins_again_the_next_day_and_may_be_changed(self) -> None:
        deposited(self.bank, self.alice, "100")
        yesterday = "UPDATE treasury_{0} SET day = day - 1"
        turn = "ALTER TABLE treasury_deposit {} TRIGGER is_returned_once"
        begin, off, on = "BEGIN ISOLATION LEVEL SERIALIZABLE", turn.format("DISABLE"), turn.format("ENABLE ALWAYS")
        past = [yesterday.format("deposit"), yesterday.format("clearing")]
        as_owner(connection.settings_dict["NAME"], [begin, off, *past, on, "COMMIT"])
        deposited(self.bank, self.alice, "100")
        with self.assertRaises(OverBankCap):
            deposited(self.bank, self.alice, "1")
        open_currency(bank=self.bank, daily_cap=gbp("150"))
        deposited(self.bank, self.alice, "50")


class ARecall(Deposits):
    def recall(self, found: Deposit, **more: object) -> service.Recall:
        return service.return_deposit(deposit=found, reason="Sent by mistake", **{"key": uuid4()} | more)  # type: ignore[arg-type]

    def test_gives_the_deposit_back_once(self) -> None:
        found = deposited(self.bank, self.alice, "50")
        for _ in range(2):
            recall = self.recall(found)
            self.assertFalse(recall.is_declined)
        self.assertEqual((balance(self.alice), self.clearing()), (gbp("1000"), gbp("0")))
        found.refresh_from_db()
        assert found.returned_by is not None
        self.assertEqual((found.return_reason, found.returned_by.kind), ("Sent by mistake", "deposit_return"))
        self.assertEqual(Notification.objects.filter(user=self.alice, kind="deposit_returned").count(), 1)

    def test_gives_back_once_however_many_come_at_once(self) -> None:
        found = deposited(self.bank, self.alice, "50")
        self.assertEqual(at_once([partial(self.recall, found)] * 16), {"done": 16})
        self.assertEqual(balance(self.alice), gbp("1000"))

    def test_of_money_that_is_spent_is_declined_shown_and_tried_again(self) -> None:
        found, key = deposited(self.bank, self.alice, "50"), uuid4()
        sent(self.alice, person("bob"), "1000.01")
        for _ in range(2):
            self.assertTrue(self.recall(found, key=key).is_declined)
        found.refresh_from_db()
        self.assertIsNotNone(found.return_declined_at)
        sent(person("bob"), self.alice, "0.01")
        self.assertTrue(self.recall(found, key=key).is_declined)  # the same key keeps its answer
        self.assertFalse(self.recall(found).is_declined)
        found.refresh_from_db()
        self.assertIsNone(found.return_declined_at)
        self.assertEqual(balance(self.alice), gbp("0"))

    def test_takes_no_money_that_is_on_hold(self) -> None:
        found = deposited(self.bank, self.alice, "50")
        placed(self.alice, person("bob"), "1000.01")
        self.assertTrue(self.recall(found).is_declined)

    def test_takes_back_from_a_merchant_what_is_pending(self) -> None:
        found = deposited(self.bank, merchant(), "50")
        self.assertFalse(self.recall(found).is_declined)

    def test_passes_for_a_frozen_member_and_not_for_a_frozen_bank_or_a_cashier(self) -> None:
        found = deposited(self.bank, self.alice, "50")
        User.objects.filter(pk=self.bank.user_id).update(frozen=True)
        with self.assertRaises(AccountFrozen):
            self.recall(found)
        User.objects.filter(pk=self.bank.user_id).update(frozen=False)
        with self.assertRaises(RoleMissing):
            self.recall(found, by=person("cass"))
        User.objects.filter(pk=self.alice.pk).update(frozen=True)
        self.assertFalse(self.recall(found, by=self.tess).is_declined)


class ABank(Deposits):
    def test_has_no_wallet_of_its_own_and_cannot_be_paid(self) -> None:
        for handle in ("tidebank", "tidebank@example.org"):
            with self.assertRaises(NoSuchUser):
                wallet_by_handle(handle, asker=None)
        with self.assertRaises(NotFound):
            wallet_of(self.bank.user)
        User.objects.update(date_joined="2020-01-01T00:00:00Z")
        self.assertEqual(open_missing_wallets(), 0)
        self.assertEqual(may_not_move(self.bank.user_id), set())

    def test_is_stored_as_a_whole_or_not_at_all(self) -> None:
        with self.assertRaises(IntegrityError):
            create_bank(username="shorebank", name="B", email="b2@example.org", password="x", daily_cap=gbp("0"))
        self.assertFalse(User.objects.filter(username="shorebank").exists())

    def test_is_not_changed_nor_deleted_whatever_the_code_does(self) -> None:
        found = deposited(self.bank, self.alice, "5")
        other = a_bank("otherbank")
        for statement in (
            "DELETE FROM treasury_deposit",
            "DELETE FROM treasury_bank",
            "DELETE FROM treasury_clearing",
            "UPDATE treasury_deposit SET amount_minor = 1",
            "UPDATE treasury_deposit SET bank_reference = 'x'",
            f"UPDATE treasury_deposit SET bank_id = {other.pk}",
            f"UPDATE treasury_clearing SET bank_id = {other.pk}",
            "UPDATE treasury_bank SET reference = gen_random_uuid()",
        ):
            self.assert_refused(statement)
        service.return_deposit(deposit=found, reason="", key=uuid4())
        self.assert_refused("UPDATE treasury_deposit SET returned_by_id = NULL")

    def test_laws_find_what_is_rewritten(self) -> None:
        kept = deposited(self.bank, self.alice, "5")
        back = deposited(self.bank, self.alice, "7")
        service.return_deposit(deposit=back, reason="", key=uuid4())
        back.refresh_from_db()
        other = Clearing.objects.get(bank=a_bank("otherbank"))
        deposit, clearing = "UPDATE treasury_deposit SET {} WHERE id = {}", "UPDATE treasury_clearing SET {}"
        for laws, change, undo in (
            ({0, 2, 3}, deposit.format("amount_minor = 6", kept.pk), deposit.format("amount_minor = 500", kept.pk)),
            (
                {0},
                deposit.format(f"wallet_id = {wallet_of(person('bob')).pk}", kept.pk),
                deposit.format(f"wallet_id = {kept.wallet_id}", kept.pk),
            ),
            (
                {1, 2},
                deposit.format("returned_by_id = NULL", back.pk),
                deposit.format(f"returned_by_id = {back.returned_by_id}", back.pk),
            ),
            (
                {3},
                clearing.format("counted_minor = counted_minor + 1"),
                clearing.format("counted_minor = counted_minor - 1"),
            ),
            (
                {2, 3},
                f"UPDATE treasury_clearing SET bank_id = {self.bank.pk} WHERE id = {other.pk}",
                f"UPDATE treasury_clearing SET bank_id = {other.bank_id} WHERE id = {other.pk}",
            ),
        ):
            self.rewrite(change)
            found = {breach.law for breach in audit.breaches()} & {law.name for law in LAWS}
            self.rewrite(undo)
            self.assertEqual(found, {LAWS[number].name for number in laws}, change)

    def rewrite(self, change: str) -> None:
        """Changes what is stored, as somebody could who owns the database."""
        table = change.split()[1]
        name = {"treasury_deposit": "is_returned_once", "treasury_clearing": "keeps_its_wallet"}[table]
        off, on = (f"ALTER TABLE {table} {how} TRIGGER {name}" for how in ("DISABLE", "ENABLE ALWAYS"))
        begin, checked = "BEGIN ISOLATION LEVEL SERIALIZABLE", "SET CONSTRAINTS ALL IMMEDIATE"
        as_owner(connection.settings_dict["NAME"], [begin, checked, off, change, on, "COMMIT"])
