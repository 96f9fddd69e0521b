"""Money set aside, refunded, and many paying one merchant."""

from __future__ import annotations

import datetime as dt
from uuid import UUID, uuid4

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from conversion.money import Money, parse_amount
from payments import chores, db, ledger, queries
from payments.exceptions import (
    AccountFrozen,
    Busy,
    CannotRefund,
    CannotUndo,
    HoldHasEnded,
    InsufficientFunds,
    KeyReused,
    MoreThanHeld,
    MoreThanPaid,
    NotPositive,
    PinWrong,
    ToOneself,
)
from payments.models import Hold, Notification, Transfer, Wallet
from payments.services import holds, refunds, reversals, transfers
from tests.base import MoneyTestCase
from tests.cast import PIN, balance, person, quoted, sent


def gbp(amount: str) -> Money:
    return Money.of(amount, "GBP")


def placed(
    payer,
    payee,
    amount: str,
    *,
    purpose: str = "authorization",
    key: UUID | None = None,
    pin: str = PIN,
    lives: dt.timedelta | None = None,
) -> Hold:
    return holds.place_hold(
        payer=payer,
        payee=queries.wallet_of(payee),
        amount=parse_amount(amount, queries.wallet_of(payer).currency),
        note="deposit",
        purpose=purpose,
        key=key or uuid4(),
        pin=pin,
        lives=lives,
    )


class Holding(MoneyTestCase):
    def setUp(self) -> None:
        self.alice, self.bob, self.carla = person("alice"), person("bob"), person("carla")

    def available(self, user) -> Money:
        return queries.wallet_of(user).available

    def test_counts_in_every_funds_check(self) -> None:
        placed(self.alice, self.bob, "900")
        self.assertEqual((balance(self.alice), self.available(self.alice)), (gbp("1000"), gbp("100")))
        with self.assertRaises(InsufficientFunds):
            sent(self.alice, self.bob, "100.01")
        with self.assertRaises(InsufficientFunds):
            placed(self.alice, self.carla, "100.01")
        sent(self.alice, self.bob, "100")

    def test_is_captured_in_part_and_the_rest_is_free_again(self) -> None:
        hold = placed(self.alice, self.bob, "50")
        transfer = holds.capture_hold(payee=self.bob, hold=hold, amount=gbp("20"), key=uuid4())
        self.assertEqual((balance(self.alice), self.available(self.alice)), (gbp("980"), gbp("980")))
        self.assertEqual((balance(self.bob), transfer.kind, transfer.hold_id), (gbp("1020"), "capture", hold.pk))
        hold.refresh_from_db()
        self.assertEqual(hold.status, "captured")

    def test_ends_exactly_once(self) -> None:
        hold = placed(self.alice, self.bob, "50")
        holds.release_hold(by=self.bob, hold=hold)
        holds.release_hold(by=self.bob, hold=hold)  # saying it twice is saying it once
        with self.assertRaises(HoldHasEnded):
            holds.capture_hold(payee=self.bob, hold=hold, amount=gbp("1"), key=uuid4())
        self.assertEqual(self.available(self.alice), gbp("1000"))
        other = placed(self.alice, self.bob, "50")
        holds.capture_hold(payee=self.bob, hold=other, amount=gbp("50"), key=uuid4())
        with self.assertRaises(HoldHasEnded):
            holds.release_hold(by=self.bob, hold=other)
        with self.assertRaises(HoldHasEnded):
            holds.capture_hold(payee=self.bob, hold=other, amount=gbp("50"), key=uuid4())

    def test_expires_by_the_databases_clock(self) -> None:
        hold = placed(self.alice, self.bob, "50", lives=dt.timedelta(microseconds=1))
        with self.assertRaises(HoldHasEnded) as refused:
            holds.capture_hold(payee=self.bob, hold=hold, amount=gbp("1"), key=uuid4())
        self.assertEqual(refused.exception.status, "expired")
        placed(self.alice, self.bob, "5")
        self.assertEqual(holds.expire_due_holds(), 1)
        self.assertEqual(self.available(self.alice), gbp("995"))

    def test_one_key_places_one(self) -> None:
        key = uuid4()
        self.assertEqual(placed(self.alice, self.bob, "50", key=key), placed(self.alice, self.bob, "50", key=key))
        self.assertEqual(self.available(self.alice), gbp("950"))
        for field, changed in (("amount", {"amount": "51"}), ("payee", {"payee": self.carla})):
            with self.subTest(field), self.assertRaises(KeyReused) as refused:
                placed(self.alice, **{"payee": self.bob, "amount": "50", "key": key} | changed)
            self.assertEqual(refused.exception.differing, field)

    def test_one_key_captures_once(self) -> None:
        key, hold = uuid4(), placed(self.alice, self.bob, "50")
        first = holds.capture_hold(payee=self.bob, hold=hold, amount=gbp("20"), key=key)
        self.assertEqual(holds.capture_hold(payee=self.bob, hold=hold, amount=gbp("20"), key=key), first)
        with self.assertRaises(KeyReused):
            holds.capture_hold(payee=self.bob, hold=hold, amount=gbp("21"), key=key)
        self.assertEqual(balance(self.bob), gbp("1020"))

    def test_a_decline_is_stored_and_stays_one(self) -> None:
        key = uuid4()
        with self.assertRaises(InsufficientFunds):
            placed(self.alice, self.bob, "1000.01", key=key)
        sent(self.bob, self.alice, "10")
        with self.assertRaises(InsufficientFunds):
            placed(self.alice, self.bob, "1000.01", key=key)
        self.assertEqual(Hold.objects.get(key=key).status, "declined")

    def test_refuses(self) -> None:
        for refusal, changed in (
            (ToOneself, {"payee": self.alice}),
            (PinWrong, {"pin": "000001"}),
        ):
            with self.subTest(refusal), self.assertRaises(refusal):
                placed(self.alice, **{"payee": self.bob, "amount": "5"} | changed)
        hold = placed(self.alice, self.bob, "5")
        with self.assertRaises(NotPositive):
            holds.capture_hold(payee=self.bob, hold=hold, amount=gbp("0"), key=uuid4())
        with self.assertRaises(MoreThanHeld):
            holds.capture_hold(payee=self.bob, hold=hold, amount=gbp("5.01"), key=uuid4())
        type(self.bob).objects.filter(pk=self.bob.pk).update(frozen=True)
        hold = queries.hold_for(self.alice, hold.reference)
        with self.assertRaises(AccountFrozen):
            holds.capture_hold(payee=person("bob"), hold=hold, amount=gbp("5"), key=uuid4())

    def test_across_currencies_it_arrives_at_the_rate_of_the_day(self) -> None:
        hold = placed(self.alice, self.carla, "10")
        before = balance(self.carla)
        transfer = holds.capture_hold(payee=self.carla, hold=hold, amount=gbp("10"), key=uuid4())
        self.assertEqual(balance(self.carla) - before, transfer.received)
        self.assertEqual(transfer.received.code, "EUR")

    def test_both_sides_are_told(self) -> None:
        hold = placed(self.alice, self.bob, "5", purpose="two_step")
        holds.release_hold(by=self.alice, hold=hold)
        told = list(Notification.objects.order_by("id").values_list("user__username", "kind"))
        self.assertEqual(told, [("bob", "offered"), ("bob", "hold_released")])


class HoldPages(MoneyTestCase):
    def setUp(self) -> None:
        self.alice, self.bob = person("alice"), person("bob")
        self.client.force_login(self.alice)

    def typed(self, **changed: str) -> dict[str, str]:
        form = {"payee": "bob", "amount": "25", "purpose": "two_step", "note": "bike", "key": str(uuid4())}
        return form | changed

    def test_type_check_pin_and_the_other_accepts(self) -> None:
        form = self.typed()
        check = self.client.post(reverse("payments:new_hold"), form)
        self.assertContains(check, "It leaves your wallet only when Bob Baker accepts.")
        self.assertFalse(Hold.objects.exists())
        answer = self.client.post(reverse("payments:new_hold"), form | {"confirmed": "yes", "pin": PIN})
        hold = Hold.objects.get()
        self.assertRedirects(answer, reverse("payments:hold", args=[hold.reference]))
        self.client.force_login(self.bob)
        self.assertContains(self.client.get(reverse("payments:holds")), "bike")
        page = self.client.get(reverse("payments:hold", args=[hold.reference]))
        key = str(page.context["form"]["key"].value())
        capture = reverse("payments:capture_hold", args=[hold.reference])
        answer = self.client.post(capture, {"key": key, "amount": "0.01"})  # two steps: all of it or nothing
        transfer = Transfer.objects.get(kind="capture")
        self.assertRedirects(answer, reverse("payments:receipt", args=[transfer.reference]))
        self.assertEqual(balance(self.bob), gbp("1025"))

    def test_what_cannot_be_set_aside_is_refused_before_the_pin_beside_its_field(self) -> None:
        for changed, field, text, status in (
            ({"amount": "1000.01"}, "amount", "You are £0.01 short.", 422),
            ({"payee": "alice"}, "payee", "You cannot set money aside for yourself.", 422),
            ({"amount": "0"}, "amount", "more than zero", 200),
        ):
            with self.subTest(field, text=text):
                typed = self.typed(**changed)
                page = self.client.post(reverse("payments:new_hold"), typed)
                self.assertEqual((page.status_code, page.templates[0].name), (status, "payments/new_hold.html"))
                self.assertIn(text, str(page.context["form"].errors[field]))
                self.assertEqual(page.context["form"]["note"].value(), typed["note"])
        self.assertContains(page, "bike")

    def test_the_check_page_says_what_is_left_what_arrives_and_leads_back_to_the_form_as_typed(self) -> None:
        check = self.client.post(reverse("payments:new_hold"), self.typed(payee="carla"))
        for text in ("Carla Conti", '£975<span class="money__minor">.00', "€29", "after 7 days"):
            self.assertContains(check, text)
        form = self.client.get(check.context["back"]).context["form"]
        typed = [form[name].value() for name in ("payee", "amount", "purpose", "note")]
        self.assertEqual(typed, ["carla", "25", "two_step", "bike"])

    def test_the_payee_sees_it_on_their_home_until_it_ends(self) -> None:
        offer = placed(self.alice, self.bob, "5", purpose="two_step")
        placed(self.alice, self.bob, "6", lives=dt.timedelta(microseconds=1))
        self.client.force_login(self.bob)
        self.assertEqual(self.client.get("/").context["held_for_me"], [offer])
        address = reverse("payments:release_hold", args=[offer.reference])
        self.assertContains(self.client.post(address, follow=True), "Declined: the money stays with Alice Archer.")
        self.assertEqual(self.client.get("/").context["held_for_me"], [])
        self.client.force_login(self.alice)
        self.assertEqual(self.client.get("/").context["held_for_me"], [])

    def test_both_sides_read_what_was_taken_and_what_went_back(self) -> None:
        deposit = placed(self.alice, self.bob, "50")
        holds.capture_hold(payee=self.bob, hold=deposit, amount=gbp("20"), key=uuid4())
        for side in (self.alice, self.bob):
            self.client.force_login(side)
            page = self.client.get(reverse("payments:hold", args=[deposit.reference]))
            self.assertEqual((page.context["capture"].paid, page.context["left"]), (gbp("20"), gbp("30")))
            self.assertContains(self.client.get(reverse("payments:holds")), "£20.00 paid")

    def test_too_little_money_gives_the_form_back_with_a_new_key(self) -> None:
        form = self.typed(amount="5000", confirmed="yes", pin=PIN)
        page = self.client.post(reverse("payments:new_hold"), form, follow=True)
        self.assertContains(page, "There is not enough money")
        self.assertContains(page, 'value="5000"')
        self.assertNotContains(page, form["key"])

    def test_wrong_pin_and_bad_fields_are_shown_where_they_belong(self) -> None:
        page = self.client.post(reverse("payments:new_hold"), self.typed(confirmed="yes", pin="000001"))
        self.assertContains(page, "Wrong PIN", status_code=403)
        for changed, text in (
            ({"payee": "nobody"}, "User does not exist."),
            ({"amount": "x"}, "amount"),
            ({"purpose": "x"}, "valid choice"),
        ):
            with self.subTest(text):
                self.assertContains(self.client.post(reverse("payments:new_hold"), self.typed(**changed)), text)

    def test_only_the_two_of_them_see_it_and_only_the_right_one_acts(self) -> None:
        deposit = placed(self.alice, self.bob, "5")
        addresses = {
            name: reverse(f"payments:{name}", args=[deposit.reference])
            for name in ("hold", "capture_hold", "release_hold")
        }
        self.assertEqual(self.client.get(addresses["capture_hold"]).status_code, 405)
        self.assertEqual(self.client.post(addresses["release_hold"]).status_code, 404)  # a deposit is not the payer's
        self.assertEqual(self.client.post(addresses["capture_hold"]).status_code, 404)
        self.client.force_login(person("carla"))
        for name, address in addresses.items():
            answer = self.client.get(address) if name == "hold" else self.client.post(address)
            self.assertEqual(answer.status_code, 404, name)
        self.client.force_login(self.bob)
        self.assertRedirects(self.client.post(addresses["release_hold"]), addresses["hold"])


class Refunding(MoneyTestCase):
    def setUp(self) -> None:
        self.alice, self.bob, self.carla = person("alice"), person("bob"), person("carla")
        self.paid = sent(self.alice, self.bob, "100")

    def refund(self, amount: str, *, key: UUID | None = None, by=None, of: Transfer | None = None) -> Transfer:
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
        """At the rate of the payment it would be an amount that the ledger cannot count."""
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
            self.assertTrue(0 <= lost.minor < len(parts), lost)  # rounding is for the house, a minor unit a part

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
        self.assertContains(wrong, "can still be refunded", status_code=422)
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
            self.assertContains(refused, "can still be refunded", status_code=422)
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


class Merchants(MoneyTestCase):
    def setUp(self) -> None:
        from accounts.services import register

        self.alice, self.bob = person("alice"), person("bob")
        self.kiosk, _ = register(
            username="kiosk",
            first_name="The",
            last_name="Kiosk",
            email="kiosk@example.org",
            password="correct horse battery",
            currency="GBP",
            role="merchant",
        )
        self.kiosk.set_pin(PIN)

    def wallet(self) -> Wallet:
        return queries.wallet_of(self.kiosk)

    def test_begins_with_nothing_and_is_paid_without_touching_its_row(self) -> None:
        self.assertEqual((self.wallet().purpose, self.wallet().running), ("merchant", False))
        sent(self.alice, self.kiosk, "5")
        self.assertEqual(self.wallet().settled, gbp("0"))
        self.assertEqual((queries.arriving(self.wallet()), ledger.balance_of(self.wallet())), (gbp("5"), gbp("5")))

    def test_spends_what_is_settled_which_is_all_of_it_just_before(self) -> None:
        sent(self.alice, self.kiosk, "5")
        sent(self.bob, self.kiosk, "3")
        with self.assertRaises(InsufficientFunds):
            sent(self.kiosk, self.bob, "8.01")
        sent(self.kiosk, self.bob, "8")
        self.assertEqual(ledger.balance_of(self.wallet()), gbp("0"))
        self.assertEqual(balance(self.bob), gbp("1005"))

    def test_who_waits_too_long_for_its_tail_is_told_that_nothing_was_booked(self) -> None:
        """Before spending, the tail is folded in line; somebody else stands there and does not move."""
        sent(self.alice, self.kiosk, "5")
        quote = quoted(self.kiosk, self.bob, "5")
        other = connection.copy()
        try:
            other.set_autocommit(False)
            with other.cursor() as cursor:
                cursor.execute(db._line([self.wallet().pk]).removeprefix("; "))
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '20ms'")
            with self.assertRaises(Busy):
                transfers.send_money(sender=self.kiosk, quote=quote, pin=PIN)
        finally:
            other.close()
        transfers.send_money(sender=self.kiosk, quote=quote, pin=PIN)
        self.assertEqual(balance(self.bob), gbp("1005"))

    def test_refunds_and_is_held_to_its_holds(self) -> None:
        paid = sent(self.alice, self.kiosk, "5")
        hold = placed(self.kiosk, self.bob, "4")
        with self.assertRaises(InsufficientFunds):
            refunds.refund(payee=self.kiosk, transfer=paid, amount=gbp("2"), key=uuid4(), pin=PIN)
        holds.capture_hold(payee=self.bob, hold=hold, amount=gbp("1"), key=uuid4())
        refunds.refund(payee=self.kiosk, transfer=paid, amount=gbp("4"), key=uuid4(), pin=PIN)
        self.assertEqual((balance(self.alice), balance(self.bob)), (gbp("999"), gbp("1001")))

    def test_reads_its_history_page_by_page(self) -> None:
        for number in range(1, 26):
            sent(self.alice, self.kiosk, "0.01", note=f"in {number}")
            if number % 10 == 0:
                sent(self.kiosk, self.bob, "0.05", note=f"out {number}")
        self.client.force_login(self.kiosk)
        self.assertContains(self.client.get(reverse("home")), "Arriving")
        seen: list[str] = []
        page = self.client.get(reverse("payments:history"))
        while True:
            seen += [entry.note for entry, _ in page.context["rows"]]
            if not page.context["older"]:
                break
            page = self.client.get(reverse("payments:history"), {"before": page.context["older"]})
        outs = {10: "out 10", 20: "out 20"}
        expected = [note for n in range(1, 26) for note in (f"in {n}", outs.get(n)) if note]
        self.assertEqual(seen, expected[::-1])

    def test_what_it_held_at_any_moment_with_and_without_closings(self) -> None:
        moments = []
        for number in range(6):
            moments.append((timezone.now(), ledger.balance_of(self.wallet())))
            sent(self.alice, self.kiosk, "1")
            if number == 2:
                chores.close_the_day()
            if number == 4:
                sent(self.kiosk, self.bob, "2.50")
        moments.append((timezone.now(), ledger.balance_of(self.wallet())))
        for moment, then in moments:
            self.assertEqual(ledger.balance_at(self.wallet(), moment), then)


class ThePast(MoneyTestCase):
    def test_a_running_wallets_balance_at_any_moment(self) -> None:
        alice, bob = person("alice"), person("bob")
        wallet, moments = queries.wallet_of(alice), []
        self.assertEqual(ledger.balance_at(wallet, wallet.moved_at - dt.timedelta(days=1)), gbp("0"))
        for _ in range(9):
            sent(alice, bob, "1")
            moments.append((timezone.now(), balance(alice)))
        for moment, then in moments:
            self.assertEqual(ledger.balance_at(wallet, moment), then)
