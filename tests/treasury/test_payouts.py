"""Paying a mass payment: rows in order, with a result for each; and what the database itself refuses."""

from __future__ import annotations

import time
from unittest import mock
from uuid import uuid4, uuid5

from django.db import connection

from conversion.money import Money
from events.models import Notification
from ledger import audit
from ledger.errors import ClockDown
from ledger.posting import Instruction, Leg, post
from ledger.transactions import in_one_transaction
from payments.owners import wallet_of
from tests.cast import PIN, balance, merchant, sent
from tests.runner import as_owner
from treasury.mass_payments import payouts as payouts
from treasury.mass_payments import service as services
from treasury.mass_payments.errors import MassPaymentIsClosed
from treasury.mass_payments.queries import tally_of
from treasury.models import MassPayment, MassPaymentRow

from .mass_payments import MassPayments, crowd, paid_now, table


class Paying(MassPayments):
    def test_pays_each_tells_each_and_finishes(self) -> None:
        paid = self.confirmed(("alice", "5", "May"), ("bob@example.org", "6.50"))
        self.assertEqual(payouts.pay_running(), 2)
        paid.refresh_from_db()
        self.assertEqual((paid.status, self.outcomes(paid)), ("finished", ["booked", "booked"]))
        self.assertEqual(balance(self.alice), Money.of("1005", "GBP"))
        self.assertEqual(balance(self.bob), Money.of("1006.50", "GBP"))
        transfer = paid.rows.select_related("transfer").get(number=2).transfer
        assert transfer is not None
        self.assertEqual((transfer.note, transfer.kind, transfer.timestamped), ("May", "mass_payment", True))
        self.assertEqual(transfer.key, uuid5(paid.reference, "2"))
        told = Notification.objects.get(user=self.alice)
        self.assertEqual((told.actor, told.amount, told.subject), (self.tess, Money.of("5", "GBP"), transfer.reference))
        finished = Notification.objects.get(user=self.tess)
        self.assertEqual((finished.kind, finished.subject), ("mass_payment_finished", paid.reference))
        self.assertEqual(payouts.pay_running(), 0)

    def test_nothing_is_paid_that_was_not_confirmed(self) -> None:
        draft, cancelled = self.prepare(("alice", "5")), self.prepare(("alice", "6"))
        services.cancel(maker=self.tess, mass_payment=cancelled)
        for each in (draft, cancelled):
            self.assertEqual((payouts.pay_next_chunk(each), self.outcomes(each)), (0, ["waiting"]))
        self.assertEqual(balance(self.alice), Money.of("1000", "GBP"))

    def test_the_money_runs_out_in_the_middle_and_each_has_its_result(self) -> None:
        amounts = ["400", "400", "300", "150", "60", "50"]
        paid = self.confirmed(*[("alice", amount, str(n)) for n, amount in enumerate(amounts)])
        payouts.pay_running()
        declined = "insufficient_funds"
        self.assertEqual(self.outcomes(paid), ["booked", "booked", declined, "booked", declined, "booked"])
        self.assertEqual(balance(self.tess), Money.of("0", "GBP"))
        transfers = paid.rows.order_by("number").values_list("transfer_id", flat=True)
        self.assertEqual(list(transfers), sorted(transfers))
        self.assertEqual(Notification.objects.filter(user=self.alice).count(), 4)

    def test_the_declined_are_paid_again_once(self) -> None:
        paid = self.confirmed(("alice", "900"), ("bob", "101", "x"), ("alice", "102"))
        payouts.pay_running()
        sent(self.alice, self.tess, "500")
        again = services.prepare_declined(maker=self.tess, mass_payment=paid_now(paid))
        self.assertEqual(again.title, "May (2)")
        self.assertEqual(services.prepare_declined(maker=self.tess, mass_payment=paid_now(paid)), again)
        self.assertEqual(
            list(again.rows.order_by("number").values_list("number", "payee_typed", "amount_typed", "note")),
            [(3, "bob", "101", "x"), (4, "alice", "102", "")],
        )
        services.confirm(maker=self.tess, mass_payment=again, pin=PIN)
        payouts.pay_running()
        self.assertEqual(self.outcomes(again), ["booked", "booked"])
        self.assertEqual(self.outcomes(paid), ["booked", "insufficient_funds", "insufficient_funds"])
        self.assertEqual(services.prepare_declined(maker=self.tess, mass_payment=paid_now(paid)), again)
        with self.assertRaises(MassPaymentIsClosed):
            services.prepare_declined(maker=self.tess, mass_payment=paid_now(again))

    def test_a_cancelled_second_try_leaves_room_for_a_third(self) -> None:
        paid = self.confirmed(("alice", "2000"))
        payouts.pay_running()
        again = services.prepare_declined(maker=self.tess, mass_payment=paid_now(paid))
        services.cancel(maker=self.tess, mass_payment=again)
        third = services.prepare_declined(maker=self.tess, mass_payment=paid_now(paid))
        self.assertEqual((third.title, third.status), ("May (3)", "draft"))

    def test_who_was_frozen_since_the_preview_is_not_paid(self) -> None:
        paid = self.confirmed(("alice", "5"), ("bob", "6"))
        self.freeze("alice")
        payouts.pay_running()
        self.assertEqual(self.outcomes(paid), ["account_frozen", "booked"])
        self.assertEqual(paid_now(paid).status, "finished")

    def test_without_the_clock_it_waits_and_keeps_no_row(self) -> None:
        paid = self.confirmed(("alice", "5"))
        with self.settings(TIMESTAMP_SERVERS=["127.0.0.1:1"]):
            with self.assertRaises(ClockDown):
                payouts.pay_next_chunk(paid)
            with self.assertLogs("treasury.mass_payments.payouts", "WARNING"):
                self.assertEqual(payouts.pay_running(), 0)
        self.assertEqual(self.outcomes(paid), ["waiting"])
        self.assertEqual(payouts.pay_running(), 1)

    def test_a_key_that_was_used_otherwise_is_a_result_and_stops_no_other(self) -> None:
        """The rows' keys follow from the reference, so the maker can book another transfer under one of them."""
        paid = self.confirmed(("alice", "5"), ("bob", "6"))
        source, target = (wallet_of(each).pk for each in (self.tess, self.bob))
        own = Instruction(uuid5(paid.reference, "2"), "payment", "", (Leg(source, target, Money.of("1", "GBP")),))
        in_one_transaction(lambda: post(own, made_by=self.tess.pk, made_at=None), wallets=[source, target])
        with self.assertLogs("treasury.mass_payments.payouts", "ERROR"):
            payouts.pay_running()
        self.assertEqual(self.outcomes(paid), ["refused", "booked"])

    def test_one_that_cannot_go_on_keeps_no_other_waiting(self) -> None:
        broken, other = self.confirmed(("alice", "5")), self.confirmed(("alice", "6"))
        pay = payouts.pay_next_chunk

        def failing(mass_payment: MassPayment) -> int:
            return 1 // 0 if mass_payment == broken else pay(mass_payment)

        with (
            mock.patch.object(payouts, "pay_next_chunk", failing),
            self.assertLogs("treasury.mass_payments.payouts", "ERROR"),
        ):
            self.assertEqual(payouts.pay_running(), 1)
        self.assertEqual(self.outcomes(other), ["booked"])

    def test_a_merchant_that_became_treasurer_pays_from_what_came_in(self) -> None:
        shop = merchant("shop")
        sent(self.alice, shop, "30")
        type(shop).objects.filter(pk=shop.pk).update(role="treasurer")
        draft = services.prepare(maker=shop, title="Wages", rows=table(("bob", "20"), ("bob", "20", "2")), key=uuid4())
        services.confirm(maker=shop, mass_payment=draft, pin=PIN)
        payouts.pay_running()
        self.assertEqual(self.outcomes(draft), ["booked", "insufficient_funds"])


class AThousandRows(MassPayments):
    def test_are_paid_and_the_books_balance(self) -> None:
        paid = self.confirmed(*[(name, "0.50") for name in crowd(1000)])
        started = time.monotonic()
        while not paid_now(paid).is_finished:
            payouts.pay_running()
        print(f"\n1,000 rows, {1000 / (time.monotonic() - started):.0f} rows/s with pauses", flush=True)
        self.assertEqual(tally_of(paid).booked, 1000)
        self.assertEqual(balance(self.tess), Money.of("500", "GBP"))


class TheDatabase(MassPayments):
    def test_refuses_what_rewrites(self) -> None:
        done, running, draft = (
            self.confirmed(("alice", "1")),
            self.confirmed(("alice", "2")),
            self.prepare(("alice", "3")),
        )
        while payouts.pay_next_chunk(done):
            pass
        header, row = "UPDATE treasury_masspayment SET", "UPDATE treasury_masspaymentrow SET"
        for statement in (
            f"{header} status = 'draft', confirmed_at = NULL WHERE id = {running.pk}",
            f"{header} status = 'cancelled', confirmed_at = NULL, ended_at = now() WHERE id = {running.pk}",
            f"{header} status = 'running', ended_at = NULL WHERE id = {done.pk}",
            f"{header} status = 'finished', confirmed_at = now(), ended_at = now() WHERE id = {draft.pk}",
            f"{header} total_minor = 1, status = 'running', confirmed_at = now() WHERE id = {draft.pk}",
            f"{row} outcome = 'waiting', transfer_id = NULL WHERE mass_payment_id = {done.pk}",
            f"{row} amount_minor = 1 WHERE mass_payment_id = {draft.pk}",
            f"{row} target_id = 1 WHERE mass_payment_id = {running.pk}",
            f"{row} outcome = 'account_frozen' WHERE mass_payment_id = {draft.pk}",
            f"{row} outcome = 'account_frozen', target_id = target_id + 1 WHERE mass_payment_id = {running.pk}",
            f"{row} outcome = 'booked' WHERE mass_payment_id = {running.pk}",
            f"{row} problem = '', target_id = NULL WHERE mass_payment_id = {draft.pk}",
            "INSERT INTO treasury_masspaymentrow (mass_payment_id, number, payee_typed, amount_typed, note, problem,"
            f" problem_text, warning, outcome, target_id, amount_minor) SELECT {running.pk}, 99, payee_typed, '1', '',"
            " '', '', '', 'waiting', target_id, 1 FROM treasury_masspaymentrow LIMIT 1",
            "DELETE FROM treasury_masspaymentrow",
            "DELETE FROM treasury_masspayment",
        ):
            self.assert_refused(statement)
        payouts.pay_running()

    def test_the_audit_finds_what_was_rewritten_behind_its_back(self) -> None:
        paid = self.confirmed(("alice", "5"), ("bob", "6"))
        payouts.pay_running()
        rows = "treasury_masspaymentrow"
        name = connection.settings_dict["NAME"]
        for change, undo, law in (
            ("amount_minor = amount_minor + 1", "amount_minor = amount_minor - 1", "a booked row"),
            ("outcome = 'refused'", "outcome = 'booked'", "a booked row"),
            ("outcome = 'account_frozen', transfer_id = -id", "", "a transfer of a mass payment"),
            ("outcome = 'waiting'", "outcome = 'booked'", "a finished mass payment"),
        ):
            before = list(MassPaymentRow.objects.order_by("pk").values_list("pk", "transfer_id"))
            alone = ["BEGIN ISOLATION LEVEL SERIALIZABLE", f"ALTER TABLE {rows} DISABLE TRIGGER USER"]
            as_owner(name, [*alone, f"UPDATE {rows} SET {change}", "COMMIT"])
            with self.subTest(change):
                self.assertIn(law, " ".join(breach.law for breach in audit.breaches()))
            undone = (
                [f"UPDATE {rows} SET {undo}"]
                if undo
                else [
                    f"UPDATE {rows} SET outcome = 'booked', transfer_id = {transfer} WHERE id = {pk}"
                    for pk, transfer in before
                ]
            )
            as_owner(name, ["BEGIN ISOLATION LEVEL SERIALIZABLE", *undone, "COMMIT"])
            self.assertEqual(audit.breaches(), [])
        self.assertEqual(paid_now(paid).status, "finished")
