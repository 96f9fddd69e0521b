"""A mass payment before it is paid: each row is validated, and the same file is stored and confirmed only once."""

from __future__ import annotations

from functools import partial
from uuid import uuid4

from django.contrib.auth import get_user_model

from accounts.people.errors import AccountFrozen
from accounts.pins.errors import PinMissing, PinWrong
from conversion.errors import KeyReused
from conversion.money import Money
from ledger.models import Transfer
from tests.cast import PIN, balance, person
from tests.concurrency.crowd import at_once
from treasury.mass_payments import payouts as payouts
from treasury.mass_payments import service as services
from treasury.mass_payments.errors import MassPaymentIsClosed, RowsHaveProblems, TotalTooLarge
from treasury.mass_payments.files import RawRow
from treasury.mass_payments.queries import tally_of
from treasury.models import MassPayment, MassPaymentRow

from .mass_payments import MassPayments, crowd, table


class ThePreview(MassPayments):
    def test_every_row_has_its_result_and_nothing_moves(self) -> None:
        self.freeze("bob")
        get_user_model().objects.filter(username="cass").update(is_active=False)
        cases = (
            ("alice", "5", "", ""),
            ("@ALICE", "24,70", "", ""),
            ("Alice@Example.org", "1", "", ""),
            ("nobody", "5", "", "user_unknown"),
            ("", "5", "", "user_unknown"),
            ("\u212aate", "5", "", "user_unknown"),
            ("tess", "5", "", "payee_is_payer"),
            ("bob", "5", "", "account_frozen"),
            ("cass", "5", "", "account_inactive"),
            ("carla", "5", "", "wrong_currency"),
            ("alice", "", "", "amount_missing"),
            ("alice", "five", "", "amount_unreadable"),
            ("alice", "１２", "", "amount_unreadable"),
            ("alice", "1e3", "", "amount_unreadable"),
            ("alice", "1,234", "", "amount_ambiguous"),
            ("alice", "1.234.5678", "", "amount_unreadable"),
            ("alice", "1.005", "", "amount_ambiguous"),
            ("alice", "0.005", "", "amount_too_precise"),
            ("alice", "0", "", "amount_not_positive"),
            ("alice", "-5", "", "amount_not_positive"),
            ("alice", "99999999999999999999", "", "amount_too_large"),
            ("alice", "5", "x" * 141, "note_too_long"),
            ("alice", "5", "two\nlines", "note_unreadable"),
            ("nobody", "five", "", "user_unknown"),
        )
        prepared = self.prepare(*(case[:3] for case in cases))
        found = list(prepared.rows.order_by("number").values_list("problem", flat=True))
        self.assertEqual(found, [case[3] for case in cases])
        texts = dict(prepared.rows.values_list("number", "problem_text"))
        self.assertIn("Carla Conti's wallet is in EUR. This mass payment can pay only wallets in GBP.", texts.values())
        self.assertEqual(texts[25], "User does not exist. Please write the amount in digits, like 24.70.")
        self.assertEqual((prepared.row_count, prepared.status), (len(cases), "draft"))
        self.assertFalse(Transfer.objects.filter(kind="mass_payment").exists())
        with self.assertRaises(RowsHaveProblems):
            services.confirm(maker=self.tess, mass_payment=prepared, pin=PIN)
        self.assertEqual(payouts.pay_running(), 0)

    def test_too_many_cells_are_a_problem_the_same_twice_a_warning(self) -> None:
        rows = [
            RawRow(2, "alice", "24", "70", has_too_many_cells=True),
            RawRow(3, "alice", "24", "70", is_split=True),
            RawRow(4, "bob", "5"),
            RawRow(5, "Bob", "5"),
        ]
        prepared = services.prepare(maker=self.tess, title="May", rows=rows, key=uuid4())
        found = list(prepared.rows.order_by("number").values_list("problem", "warning"))
        self.assertEqual([problem for problem, _warning in found], ["too_many_cells", "", "", ""])
        self.assertEqual(found[3][1], "The same payee, amount and note as on line 4.")

    def test_a_comma_that_split_an_amount_is_warned_of(self) -> None:
        rows = [RawRow(2, "alice", "24", "70", is_split=True)]
        prepared = services.prepare(maker=self.tess, title="May", rows=rows, key=uuid4())
        self.assertIn("If you meant 24,70", prepared.rows.get().warning)

    def test_no_total_is_beyond_what_a_wallet_holds(self) -> None:
        with self.assertRaises(TotalTooLarge):
            self.prepare(*[("alice", "9999999999999.99", str(number)) for number in range(2)])

    def test_asks_as_many_questions_however_long_the_file(self) -> None:
        names = crowd(60)
        self.prepare((names[0], "1"), title="the first on this connection")
        with self.assertNumQueries(11):
            self.prepare(*[(name, "1") for name in names[:5]], title="a")
        with self.assertNumQueries(11):
            self.prepare(*[(name, "1") for name in names], title="b")


class OneFileBooksOnce(MassPayments):
    def test_the_same_rows_under_the_same_title_are_the_same(self) -> None:
        first = self.prepare(("alice", "5"), ("bob", "6"))
        self.assertEqual(self.prepare(("alice", "5"), ("bob", "6")), first)
        self.assertNotEqual(self.prepare(("alice", "5"), ("bob", "6"), title="June"), first)
        self.assertNotEqual(self.prepare(("bob", "6"), ("alice", "5")), first)
        admins = services.prepare(
            maker=person("admin"), title="May", rows=table(("alice", "5"), ("bob", "6")), key=uuid4()
        )
        self.assertNotEqual(admins, first)

    def test_whatever_its_status_is(self) -> None:
        paid = self.confirmed(("alice", "5"))
        payouts.pay_running()
        self.assertEqual(self.prepare(("alice", "5")).status, "finished")
        services.confirm(maker=self.tess, mass_payment=paid, pin=PIN)
        payouts.pay_running()
        cancelled = self.prepare(("alice", "6"))
        services.cancel(maker=self.tess, mass_payment=cancelled)
        self.assertEqual(self.prepare(("alice", "6")).status, "cancelled")
        self.assertEqual(balance(self.alice), Money.of("1005", "GBP"))

    def test_a_draft_is_validated_again(self) -> None:
        self.freeze("bob")
        draft = self.prepare(("alice", "5"), ("bob", "6"))
        self.assertEqual(tally_of(draft).problems, 1)
        self.freeze("bob", frozen=False)
        self.freeze("alice")
        self.assertEqual(self.prepare(("alice", "5"), ("bob", "6")), draft)
        self.assertEqual(list(draft.rows.order_by("number").values_list("problem", flat=True)), ["account_frozen", ""])

    def test_a_key_is_of_one_file(self) -> None:
        key = uuid4()
        first = self.prepare(("alice", "5"), key=key)
        self.assertEqual(self.prepare(("alice", "5"), key=key), first)
        for rows, title, field in (((("alice", "6"),), "May", "file"), ((("alice", "5"),), "June", "title")):
            with self.assertRaises(KeyReused) as refused:
                self.prepare(*rows, title=title, key=key)
            self.assertEqual(refused.exception.differing, field)

    def test_uploaded_many_times_at_once_there_is_one(self) -> None:
        self.assertEqual(at_once([lambda: self.prepare(("alice", "5"), ("bob", "6"))] * 8), {"done": 8})
        self.assertEqual((MassPayment.objects.count(), MassPaymentRow.objects.count()), (1, 2))


class Confirming(MassPayments):
    def test_asks_for_the_pin_always(self) -> None:
        prepared = self.prepare(("alice", "0.01"))
        with self.settings(PIN_REQUIRED_ABOVE=10**9):
            for pin, refusal in (("", PinMissing), ("000000", PinWrong)):
                with self.assertRaises(refusal):
                    services.confirm(maker=self.tess, mass_payment=prepared, pin=pin)
        self.assertEqual(MassPayment.objects.get().status, "draft")

    def test_a_frozen_treasurer_neither_prepares_nor_confirms_nor_pays(self) -> None:
        draft, running = self.prepare(("alice", "1")), self.confirmed(("alice", "2"))
        self.freeze("tess")
        self.tess.refresh_from_db()
        with self.assertRaises(AccountFrozen):
            self.prepare(("alice", "3"))
        with self.assertRaises(AccountFrozen):
            services.confirm(maker=self.tess, mass_payment=draft, pin=PIN)
        self.assertEqual(payouts.pay_running(), 0)
        self.assertEqual(self.outcomes(running), ["waiting"])
        self.freeze("tess", frozen=False)
        self.assertEqual(payouts.pay_running(), 1)

    def test_cancelled_or_confirmed_it_never_goes_back(self) -> None:
        cancelled = self.prepare(("alice", "1"))
        for _ in range(2):
            services.cancel(maker=self.tess, mass_payment=cancelled)
        with self.assertRaises(MassPaymentIsClosed):
            services.confirm(maker=self.tess, mass_payment=cancelled, pin=PIN)
        running = self.confirmed(("alice", "2"))
        with self.assertRaises(MassPaymentIsClosed):
            services.cancel(maker=self.tess, mass_payment=running)
        payouts.pay_running()
        with self.assertRaises(MassPaymentIsClosed):
            services.cancel(maker=self.tess, mass_payment=running)

    def test_confirmed_and_cancelled_at_once_it_is_one_of_both(self) -> None:
        for number in range(1, 6):
            draft = self.prepare(("alice", f"0.0{number}"))
            outcomes = at_once(
                [
                    partial(services.confirm, maker=self.tess, mass_payment=draft, pin=PIN),
                    partial(services.cancel, maker=self.tess, mass_payment=draft),
                ]
            )
            self.assertEqual(outcomes, {"done": 1, MassPaymentIsClosed.__name__: 1})
