"""A withdrawal is on hold until it goes to the bank, needs another person's approval, and ends once."""

from __future__ import annotations

import datetime as dt
from functools import partial
from uuid import uuid4

from django.db import connection
from django.test import override_settings

from accounts.models import User
from accounts.people.errors import AccountFrozen, OwnAccount, RoleMissing
from accounts.pins.errors import PinWrong
from conversion.errors import KeyReused, NotFound, NotPositive
from events.models import Notification
from ledger import audit
from ledger.errors import InsufficientFunds
from ledger.models import Hold
from ledger.wallets import balance_of
from payments.holds import queries as holds
from payments.holds.service import expire_due_holds
from payments.owners import wallet_of
from tests.cast import gbp, merchant, person, sent
from tests.runner import as_owner
from treasury.deposits.laws import LAWS as DEPOSIT_LAWS
from treasury.models import Clearing, Withdrawal
from treasury.payout_accounts.errors import PayoutAccountTooNew, PayoutAccountUnknown
from treasury.payout_accounts.service import remove_account
from treasury.withdrawals import endings, service
from treasury.withdrawals.errors import (
    NoBankForWithdrawals,
    NotApproved,
    WithdrawalIsClosed,
)
from treasury.withdrawals.jobs import JOBS
from treasury.withdrawals.laws import LAWS

from .banks import a_bank, deposited
from .withdrawals import IBAN, Withdrawals, age, an_account, approved, file, filed, requested

PAIN = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


class AWithdrawal(Withdrawals):
    def test_goes_from_the_wallet_by_the_bank_to_the_account(self) -> None:
        deposited(self.bank, self.alice, "200")
        found = requested(self.alice, "150")
        self.assert_is(found, "requested", held="150", balance_is="1200")
        service.approve(by=self.tess, withdrawal=found)
        self.assert_is(found, "approved", held="150", balance_is="1200")
        file(found)
        self.assert_is(found, "filed", held="0", balance_is="1050")
        self.assertEqual(self.clearing(), gbp("-50"))
        endings.settle(withdrawal=found, reference="B1")
        self.assert_is(found, "settled", held="0", balance_is="1050")
        self.assertEqual((found.bank_reference, found.ended_by), ("B1", None))
        self.assertEqual(self.told(self.alice), ["requested", "approved", "filed", "settled"])
        notice = Notification.objects.filter(user=self.alice).latest("id")
        self.assertEqual((notice.subject, notice.amount), (found.reference, gbp("150")))

    def test_is_requested_once_under_its_key(self) -> None:
        account, key = an_account(self.alice), uuid4()
        first = requested(self.alice, "5", account=account, key=key)
        self.assertEqual(requested(self.alice, "5", account=account, key=key), first)
        with self.assertRaises(KeyReused) as reused:
            requested(self.alice, "6", account=account, key=key)
        self.assertEqual(reused.exception.differing, "amount")
        other = an_account(self.alice, "DE89370400440532013000")
        with self.assertRaises(KeyReused) as reused:
            requested(self.alice, "5", account=other, key=key)
        self.assertEqual(reused.exception.differing, "payout_account")
        self.assert_is(first, "requested", held="5", balance_is="1000")

    def test_needs_money_a_pin_a_bank_and_an_account_that_can_be_used(self) -> None:
        account = an_account(self.alice)
        ask = partial(requested, self.alice, "5", account=account)
        with self.assertRaises(NotPositive):
            requested(self.alice, "0", account=account)
        with self.assertRaises(PinWrong):
            ask(pin="000000")
        with self.assertRaises(InsufficientFunds):
            requested(self.alice, "1000.01", account=account)
        with self.assertRaises(NoBankForWithdrawals):
            requested(person("carla"), "5")
        with self.assertRaises(NoBankForWithdrawals):
            requested(person("yuki"), "500")
        with self.assertRaises(NotFound):
            wallet_of(self.bank.user)
        with override_settings(PAYOUT_ACCOUNT_AFTER_HOURS=24):
            young = an_account(self.alice, "DE89370400440532013000")
            with self.assertRaises(PayoutAccountTooNew):
                ask(account=young)
            with self.assertRaises(PayoutAccountTooNew):
                service.require_requestable(member=self.alice, account=young, amount=gbp("5"))
        remove_account(account)
        with self.assertRaises(PayoutAccountUnknown):
            ask()  # the account as it was read before it was removed
        self.assertFalse(Withdrawal.objects.exists())
        self.assertEqual(wallet_of(self.alice).held, gbp("0"))

    def test_of_a_merchant_takes_what_is_pending(self) -> None:
        kiosk = merchant()
        sent(self.alice, kiosk, "50")
        found = filed(kiosk, "50")
        self.assertEqual((found.status, balance_of(wallet_of(kiosk))), ("filed", gbp("0")))

    def test_is_paid_by_the_bank_that_holds_most(self) -> None:
        other = a_bank("otherbank")
        deposited(other, person("bob"), "10")
        self.assertEqual(requested(self.alice, "5").clearing.bank, other)
        User.objects.filter(pk=other.user_id).update(frozen=True)
        self.assertEqual(requested(self.alice, "5").clearing.bank, self.bank)

    def test_is_cancelled_by_its_member_before_it_is_filed_also_a_frozen_one(self) -> None:
        for make in (partial(requested, self.alice, "5"), partial(approved, self.alice, "5")):
            found = make()
            User.objects.filter(pk=self.alice.pk).update(frozen=True)
            for _ in range(2):
                service.cancel_withdrawal(member=self.alice, withdrawal=found)
            self.assert_is(found, "cancelled", held="0", balance_is="1000")
            User.objects.filter(pk=self.alice.pk).update(frozen=False)
        found = filed(self.alice, "5")
        with self.assertRaisesMessage(WithdrawalIsClosed, "Sent to the bank"):
            service.cancel_withdrawal(member=self.alice, withdrawal=found)

    def test_expires_unapproved_and_its_member_is_told(self) -> None:
        (job,) = (do for _name, _seconds, do in JOBS)
        old, young, kept = requested(self.alice, "5"), requested(self.alice, "7"), approved(self.alice, "9")
        age(old, dt.timedelta(days=30))
        age(kept, dt.timedelta(days=31))
        self.assertEqual((job(), job()), (1, 0))
        self.assert_is(old, "expired", held="16", balance_is="1000")
        self.assert_is(young, "requested", held="16", balance_is="1000")
        age(kept, dt.timedelta(days=90))
        self.assertEqual((job(), job()), (1, 0))
        self.assert_is(kept, "expired", held="7", balance_is="1000")
        self.assertEqual(self.told(self.alice), [*["requested"] * 3, "approved", "expired", "expired"])
        with self.assertRaises(WithdrawalIsClosed):
            service.approve(by=self.tess, withdrawal=old)

    def test_is_no_hold_of_the_pages_and_operations_of_holds(self) -> None:
        found = requested(self.alice, "5")
        as_owner(
            connection.settings_dict["NAME"],
            [
                "ALTER TABLE ledger_hold DISABLE TRIGGER USER",
                f"UPDATE ledger_hold SET placed_at = placed_at - interval '91 days',"
                f" expires_at = expires_at - interval '91 days' WHERE id = {found.hold_id}",
                "ALTER TABLE ledger_hold ENABLE TRIGGER USER",
            ],
        )
        self.assertEqual(expire_due_holds(), 0)
        hold = Hold.objects.get(pk=found.hold_id)
        for user in (self.alice, self.bank.user):
            with self.assertRaises(NotFound):
                holds.hold_for(user, hold.reference)
        self.assertFalse(holds.holds_of(self.alice).exists())
        service.approve(by=self.tess, withdrawal=found)
        with self.assertRaises(NotApproved):  # its time is over, and the worker has not closed it yet
            file(found)


class AnApproval(Withdrawals):
    def test_is_of_another_person_with_the_role(self) -> None:
        own = requested(self.tess, "5")
        with self.assertRaises(OwnAccount):
            service.approve(by=self.tess, withdrawal=own)
        with self.assertRaises(OwnAccount):
            service.decline(by=self.tess, withdrawal=own, reason="x")
        for name in ("alice", "cass", "audrey", "bob"):
            with self.subTest(name), self.assertRaises(RoleMissing):
                service.approve(by=person(name), withdrawal=own)
            with self.subTest(name), self.assertRaises(RoleMissing):
                service.decline(by=person(name), withdrawal=own, reason="x")
        for _ in range(2):
            service.approve(by=self.admin, withdrawal=own)
        self.assertEqual(self.told(self.tess), ["requested", "approved"])
        with self.assertRaises(WithdrawalIsClosed):
            service.approve(by=self.make_treasurer("bob"), withdrawal=own)

    def test_is_not_of_a_frozen_member_nor_by_somebody_who_lost_the_role(self) -> None:
        found = requested(self.alice, "5")
        for who, change, refusal in (
            (self.alice, {"frozen": True}, AccountFrozen),
            (self.tess, {"frozen": True}, AccountFrozen),
            (self.tess, {"role": "member"}, RoleMissing),
        ):
            User.objects.filter(pk=who.pk).update(**change)
            with self.subTest(change), self.assertRaises(refusal):
                service.approve(by=self.tess, withdrawal=found)
            User.objects.filter(pk=who.pk).update(frozen=False, role=who.role)
        self.assert_is(found, "requested", held="5", balance_is="1000")

    def test_can_be_a_refusal_whose_reason_the_member_reads(self) -> None:
        for make in (requested, approved):
            found = make(self.alice, "5")
            User.objects.filter(pk=self.alice.pk).update(frozen=True)  # the money stays with the member
            for _ in range(2):
                service.decline(by=self.admin, withdrawal=found, reason="Whose account is it?")
            User.objects.filter(pk=self.alice.pk).update(frozen=False)
            self.assert_is(found, "declined", held="0", balance_is="1000")
            self.assertEqual((found.reason, found.ended_by), ("Whose account is it?", self.admin))
        with self.assertRaises(WithdrawalIsClosed):
            service.decline(by=self.admin, withdrawal=filed(self.alice, "5"), reason="x")

    def make_treasurer(self, username: str) -> User:
        User.objects.filter(username=username).update(role="treasurer")
        return person(username)


class TheBanksAnswer(Withdrawals):
    def test_brings_the_money_back_once_also_after_it_was_paid(self) -> None:
        for settled_before in (False, True):
            found = filed(self.alice, "5")
            if settled_before:
                endings.settle(withdrawal=found, reference="B1")
            for _ in range(2):
                endings.return_withdrawal(withdrawal=found, reference="B2", reason="Account closed")
            self.assert_is(found, "returned", held="0", balance_is="1000")
            self.assertEqual((found.return_reference, found.reason), ("B2", "Account closed"))
            assert found.return_transfer is not None
            self.assertEqual(
                (found.return_transfer.kind, found.return_transfer.made_by), ("withdrawal_return", self.bank.user)
            )
            with self.assertRaises(WithdrawalIsClosed):
                endings.settle(withdrawal=found, reference="B3")
        self.assertEqual(self.clearing(), gbp("0"))
        self.assertEqual(self.told(self.alice).count("returned"), 2)

    def test_comes_only_to_what_was_filed(self) -> None:
        found = approved(self.alice, "5")
        for answer in (endings.settle, partial(endings.return_withdrawal, reason="")):
            with self.assertRaises(WithdrawalIsClosed):
                answer(withdrawal=found, reference="B1")

    def test_may_be_typed_by_the_treasury_for_others(self) -> None:
        found, own = filed(self.alice, "5"), approved(self.tess, "5", by=self.admin)
        file(own)
        for answer in (endings.settle, partial(endings.return_withdrawal, reason="")):
            for by, of, refusal in (
                ("cass", found, RoleMissing),
                ("audrey", found, RoleMissing),
                ("alice", found, RoleMissing),
                ("tess", own, OwnAccount),
            ):
                with self.subTest(by), self.assertRaises(refusal):
                    answer(withdrawal=of, reference="B1", by=person(by))
        endings.settle(withdrawal=found, reference="B1", by=self.tess)
        found.refresh_from_db()
        self.assertEqual(found.ended_by, self.tess)

    def test_passes_for_a_frozen_member_and_not_of_a_frozen_bank(self) -> None:
        found = filed(self.alice, "5")
        for change, refusal in (({"frozen": True}, AccountFrozen), ({"role": "member"}, RoleMissing)):
            User.objects.filter(pk=self.bank.user_id).update(**change)
            with self.subTest(change), self.assertRaises(refusal):
                endings.return_withdrawal(withdrawal=found, reference="B1", reason="")
            User.objects.filter(pk=self.bank.user_id).update(frozen=False, role="bank")
        User.objects.filter(pk=self.alice.pk).update(frozen=True)
        endings.settle(withdrawal=found, reference="B1")
        endings.return_withdrawal(withdrawal=found, reference="B1", reason="")
        self.assert_is(found, "returned", held="0", balance_is="1000")


class TheDatabase(Withdrawals):
    def test_refuses_what_no_withdrawal_does(self) -> None:
        found, done = requested(self.alice, "5"), filed(self.alice, "7")
        account = an_account(person("bob"))
        for statement in (
            "DELETE FROM treasury_withdrawal",
            "DELETE FROM treasury_payoutfile",
            "DELETE FROM treasury_payoutaccount",
            "UPDATE treasury_payoutfile SET content = ''",
            "UPDATE treasury_payoutaccount SET iban = 'x'",
            "UPDATE treasury_payoutaccount SET usable_at = usable_at - interval '1 day'",
            f"UPDATE treasury_withdrawal SET amount_minor = 1 WHERE id = {found.pk}",
            f"UPDATE treasury_withdrawal SET payout_account_id = {account.pk} WHERE id = {found.pk}",
            # approved by its member, or by nobody
            f"UPDATE treasury_withdrawal SET status = 'approved', approver_id = member_id, approved_at = now()"
            f" WHERE id = {found.pk}",
            f"UPDATE treasury_withdrawal SET status = 'approved' WHERE id = {found.pk}",
            # at the bank without a file, or without having been approved
            f"UPDATE treasury_withdrawal SET status = 'filed' WHERE id = {found.pk}",
            f"UPDATE treasury_withdrawal SET status = 'filed', file_id = {done.file_id}, transfer_id = 1"
            f" WHERE id = {found.pk}",
            f"UPDATE treasury_withdrawal SET status = 'requested', ended_at = NULL WHERE id = {done.pk}",
            f"UPDATE treasury_withdrawal SET status = 'returned', ended_at = now() WHERE id = {done.pk}",
            # ended, while its amount is still on hold
            f"UPDATE treasury_withdrawal SET status = 'cancelled', ended_at = now() WHERE id = {found.pk}",
            # its hold ended, and it did not
            f"SELECT ledger_end_hold({found.hold_id}, 'released')",
            # more alone than one person may
            "INSERT INTO treasury_payoutfile (reference, clearing_id, maker_id, key, row_count, total_minor,"
            f" alone_minor, alone_limit_minor, content) VALUES (gen_random_uuid(), {done.clearing_id}, {self.tess.pk},"
            " gen_random_uuid(), 1, 1, 2, 1, '')",
        ):
            self.assert_refused(f"{statement}; SET CONSTRAINTS ALL IMMEDIATE")

    def test_refuses_a_hold_for_a_withdrawal_that_is_not_there(self) -> None:
        wallet, clearing = wallet_of(self.alice).pk, Clearing.objects.get(bank=self.bank).wallet_id
        self.assert_refused(
            f"SELECT ledger_place_hold(gen_random_uuid(), 'withdrawal', '', {wallet}, {clearing}, 1, '1 day',"
            f" {self.alice.pk}, NULL, '1 minute'); SET CONSTRAINTS ALL IMMEDIATE"
        )

    def test_lets_no_transfer_but_that_of_a_file_capture_the_hold(self) -> None:
        found = approved(self.alice, "5")
        clearing = found.clearing.wallet_id
        self.assert_refused(
            "SELECT ledger_post(ARRAY[(gen_random_uuid(), 'capture', '',"
            f" ARRAY[{found.wallet_id}, {clearing}, 500]::bigint[], NULL, NULL, {found.hold_id}, false)"
            f"::ledger_instruction], {self.bank.user_id}, NULL, '1 minute'); SET CONSTRAINTS ALL IMMEDIATE"
        )

    def test_refuses_an_account_that_cannot_be_used(self) -> None:
        found = requested(self.alice, "5")
        with override_settings(PAYOUT_ACCOUNT_AFTER_HOURS=24):
            young = an_account(self.alice, "DE89370400440532013000")
        columns = (
            "member_id, wallet_id, clearing_id, payout_account_id, holder, iban, amount_minor, hold_id, status,"
            " bank_reference, return_reference, reason"
        )
        for account in (young, an_account(person("bob"))):
            values = columns.replace("payout_account_id, holder, iban", "%s, %s, %s").replace("hold_id", "0")
            self.assert_refused(
                f"INSERT INTO treasury_withdrawal (reference, {columns})"
                f" SELECT gen_random_uuid(), {values} FROM treasury_withdrawal WHERE id = {found.pk}",
                account.pk,
                account.holder,
                account.iban,
            )

    def test_is_searched_by_laws_that_find_what_is_rewritten(self) -> None:
        kept, back, late = filed(self.alice, "5"), filed(self.alice, "7"), requested(self.alice, "3")
        endings.return_withdrawal(withdrawal=back, reference="B1", reason="")
        back.refresh_from_db()
        table = "UPDATE treasury_withdrawal SET {} WHERE id = {}"
        for laws, change, undo in (
            ({0}, table.format("hold_id = 0", late.pk), table.format(f"hold_id = {late.hold_id}", late.pk)),
            ({0, 1, 4}, table.format("amount_minor = 6", kept.pk), table.format("amount_minor = 500", kept.pk)),
            (
                {0},
                table.format(f"status = 'approved', approver_id = {self.tess.pk}, approved_at = now()", late.pk)
                + f"; UPDATE ledger_hold SET status = 'released', ended_at = now() WHERE id = {late.hold_id}",
                table.format("status = 'requested', approver_id = NULL, approved_at = NULL", late.pk)
                + f"; UPDATE ledger_hold SET status = 'open', ended_at = NULL WHERE id = {late.hold_id}",
            ),
            ({1}, table.format("transfer_id = 0", kept.pk), table.format(f"transfer_id = {kept.transfer_id}", kept.pk)),
            (
                {2},
                table.format("return_transfer_id = 0", back.pk),
                table.format(f"return_transfer_id = {back.return_transfer_id}", back.pk),
            ),
            (
                {3, 1},
                f"UPDATE treasury_payoutfile SET maker_id = {self.alice.pk} WHERE id = {kept.file_id}",
                f"UPDATE treasury_payoutfile SET maker_id = {self.admin.pk} WHERE id = {kept.file_id}",
            ),
            (
                {3},
                table.format("approved_at = now() + interval '1 day'", kept.pk),
                table.format(f"approved_at = '{kept.approved_at}'", kept.pk),
            ),
            (
                {4},
                f"UPDATE treasury_payoutfile SET row_count = 2 WHERE id = {kept.file_id}",
                f"UPDATE treasury_payoutfile SET row_count = 1 WHERE id = {kept.file_id}",
            ),
            (
                {4},
                table.format(f"approver_id = {self.admin.pk}", kept.pk),  # its file counts nothing as alone
                table.format(f"approver_id = {self.tess.pk}", kept.pk),
            ),
            ({5}, table.format("iban = 'x'", kept.pk), table.format(f"iban = '{IBAN}'", kept.pk)),
        ):
            self.rewrite(change)
            found = {breach.law for breach in audit.breaches()} & {law.name for law in LAWS}
            self.rewrite(undo)
            self.assertEqual(found, {LAWS[number].name for number in laws}, change)

    def test_counts_what_went_to_the_bank_in_the_clearing_wallet(self) -> None:
        kept = filed(self.alice, "5")
        change = "UPDATE treasury_withdrawal SET status = '{}', ended_at = {}, return_transfer_id = {} WHERE id = {}"
        self.rewrite(change.format("returned", "now()", "0", kept.pk))
        found = {breach.law for breach in audit.breaches()}
        self.rewrite(change.format("filed", "NULL", "NULL", kept.pk))
        self.assertIn(DEPOSIT_LAWS[2].name, found)
        self.assertIn("orders that did not come back", DEPOSIT_LAWS[2].name)

    def rewrite(self, change: str) -> None:
        """Changes what is stored, as somebody could who owns the database."""
        names = ("treasury_withdrawal", "treasury_payoutfile", "ledger_hold")
        off, on = ([f"ALTER TABLE {name} {how} TRIGGER USER" for name in names] for how in ("DISABLE", "ENABLE"))
        as_owner(connection.settings_dict["NAME"], [*off, *change.split("; "), *on])
