"""Refunds: the payee gives back a payment, in parts or whole, and never more than was paid."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.urls import reverse

from accounts.models import User
from conversion.parsing import parse_amount
from ledger.errors import InsufficientFunds
from ledger.models import Transfer
from payments.reversals import refunds
from payments.reversals import service as reversals
from payments.reversals.errors import CannotRefund, CannotUndo, MoreThanPaid
from tests.base import MoneyTestCase
from tests.cast import PIN, balance, gbp, person, sent


class Refunding(MoneyTestCase):
    def setUp(self) -> None:
        self.alice, self.bob, self.carla = person("alice"), person("bob"), person("carla")
        self.paid = sent(self.alice, self.bob, "100")

    def refund(
        self, amount: str, *, key: UUID | None = None, by: User | None = None, of: Transfer | None = None
    ) -> Transfer:
        of = of or self.paid
        return refunds.refund(
            payee=by or self.bob,
            transfer=of,
            amount=parse_amount(amount, of.target.currency),
            key=key or uuid4(),
            pin=PIN,
        )

    def test_in_parts_and_never_more_than_was_paid(self) -> None:
        self.refund("60")
        with self.assertRaises(MoreThanPaid):
            self.refund("40.01")
        self.refund("40")
        with self.assertRaises(MoreThanPaid):
            self.refund("0.01")
        self.assertEqual((balance(self.alice), balance(self.bob)), (gbp("1000"), gbp("1000")))

    def test_far_more_than_was_paid_is_more_than_was_paid(self) -> None:
        """Converted at the rate of the payment, the amount would exceed the largest that the ledger holds."""
        paid = sent(person("yuki"), self.bob, "1900")
        with self.assertRaises(MoreThanPaid):
            self.refund("10000000000000.00", of=paid)

    def test_one_key_refunds_once(self) -> None:
        key = uuid4()
        self.assertEqual(self.refund("60", key=key), self.refund("60", key=key))
        self.refund("10")
        self.assertEqual(self.refund("60", key=key).kind, "refund")
        self.assertEqual(balance(self.alice), gbp("970"))

    def test_only_by_who_was_paid_and_only_payments(self) -> None:
        with self.assertRaises(CannotRefund):
            self.refund("1", by=self.alice)
        with self.assertRaises(CannotRefund):
            self.refund("1", of=self.refund("1"), by=self.alice)

    def test_not_beside_an_undo(self) -> None:
        self.refund("1")
        with self.assertRaises(CannotUndo):
            reversals.undo(maker=self.alice, transfer=self.paid, key=uuid4())
        other = sent(self.alice, self.bob, "5")
        reversals.undo(maker=self.alice, transfer=other, key=uuid4())
        with self.assertRaises(CannotRefund):
            self.refund("1", of=other)

    def test_not_what_is_already_spent(self) -> None:
        sent(self.bob, self.carla, "1090")
        with self.assertRaises(InsufficientFunds):
            self.refund("20")

    def test_across_currencies_the_whole_gives_back_exactly_what_was_paid(self) -> None:
        before = balance(self.alice)
        for parts in (["whole"], ["1", "2.01", "rest"]):
            paid = sent(self.alice, self.carla, "33.33")
            for part in parts:
                amount = f"{refunds.left_of(paid).decimal:f}" if part in ("whole", "rest") else part
                self.refund(amount, of=paid, by=self.carla)
            lost = before - balance(self.alice)
            self.assertTrue(
                0 <= lost.minor < len(parts), lost
            )  # each part is rounded in the system's favour, by less than one minor unit

    def test_on_the_receipt_of_who_was_paid(self) -> None:
        self.client.force_login(self.bob)
        receipt = reverse("payments:receipt", args=[self.paid.reference])
        page = self.client.get(receipt)
        form = page.context["refund_form"]
        answer = self.client.post(
            reverse("payments:refund", args=[self.paid.reference]),
            {"key": str(form["key"].value()), "amount": "30", "pin": PIN},
        )
        refund = Transfer.objects.get(kind="refund")
        self.assertRedirects(answer, reverse("payments:receipt", args=[refund.reference]))
        self.assertContains(self.client.get(receipt), "Refunded")
        wrong = self.client.post(
            reverse("payments:refund", args=[self.paid.reference]),
            {"key": str(uuid4()), "amount": "70.01", "pin": PIN},
        )
        self.assertContains(wrong, "You can still refund", status_code=422)
        self.assertContains(self.client.get(receipt), "Refunded in part: £30.00")
        self.client.force_login(self.alice)
        self.assertIsNone(self.client.get(receipt).context["refund_form"])
        self.assertEqual(self.client.post(reverse("payments:refund", args=[self.paid.reference])).status_code, 404)

    def test_a_form_that_asked_too_much_can_be_corrected_and_sent(self) -> None:
        self.client.force_login(self.bob)
        address = reverse("payments:refund", args=[self.paid.reference])
        self.refund("1")
        key = str(uuid4())
        for too_much, is_stored in (("100.01", False), ("99.01", True)):
            refused = self.client.post(address, {"key": key, "amount": too_much, "pin": PIN})
            self.assertContains(refused, "You can still refund", status_code=422)
            before, key = key, refused.context["form"]["key"].value()
            self.assertEqual(key != before, is_stored)
        for _ in range(2):
            self.client.post(address, {"key": key, "amount": "40", "pin": PIN})
        self.assertEqual(balance(self.alice), gbp("941"))

    def test_what_was_refunded_in_part_is_no_longer_offered_to_be_undone(self) -> None:
        self.client.force_login(self.alice)
        receipt = reverse("payments:receipt", args=[self.paid.reference])
        self.assertTrue(self.client.get(receipt).context["can_undo"])
        self.refund("1")
        self.assertFalse(self.client.get(receipt).context["can_undo"])
