"""Holds: placing, capture, release and expiry by the services, and on their pages."""

from __future__ import annotations

import datetime as dt
from functools import partial
from uuid import uuid4

from django.urls import reverse

from accounts.models import User
from accounts.people.errors import AccountFrozen
from accounts.pins.errors import PinWrong
from conversion.errors import KeyReused, NotPositive
from conversion.money import Money
from events.models import Notification
from ledger.errors import InsufficientFunds
from ledger.models import Hold, Transfer
from payments.errors import ToOneself
from payments.holds import service as holds
from payments.holds.errors import HoldHasEnded, MoreThanHeld
from payments.holds.queries import hold_for
from payments.owners import wallet_of
from tests.base import MoneyTestCase
from tests.cast import PIN, balance, gbp, person, placed, sent


class Holding(MoneyTestCase):
    def setUp(self) -> None:
        self.alice, self.bob, self.carla = person("alice"), person("bob"), person("carla")

    def available(self, user: User) -> Money:
        return wallet_of(user).available

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
        holds.release_hold(by=self.bob, hold=hold)  # releasing twice is no error and changes nothing
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
        for field, place in (
            ("amount", partial(placed, self.alice, self.bob, "51", key=key)),
            ("payee", partial(placed, self.alice, self.carla, "50", key=key)),
        ):
            with self.subTest(field), self.assertRaises(KeyReused) as refused:
                place()
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
        for refusal, place in (
            (ToOneself, partial(placed, self.alice, self.alice, "5")),
            (PinWrong, partial(placed, self.alice, self.bob, "5", pin="000001")),
        ):
            with self.subTest(refusal), self.assertRaises(refusal):
                place()
        hold = placed(self.alice, self.bob, "5")
        with self.assertRaises(NotPositive):
            holds.capture_hold(payee=self.bob, hold=hold, amount=gbp("0"), key=uuid4())
        with self.assertRaises(MoreThanHeld):
            holds.capture_hold(payee=self.bob, hold=hold, amount=gbp("5.01"), key=uuid4())
        type(self.bob).objects.filter(pk=self.bob.pk).update(frozen=True)
        hold = hold_for(self.alice, hold.reference)
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
        self.assertEqual(told, [("bob", "hold_to_accept"), ("bob", "hold_released")])


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
        self.assertContains(check, "The money leaves your wallet only when Bob Baker accepts.")
        self.assertFalse(Hold.objects.exists())
        answer = self.client.post(reverse("payments:new_hold"), form | {"confirmed": "yes", "pin": PIN})
        hold = Hold.objects.get()
        self.assertRedirects(answer, reverse("payments:hold", args=[hold.reference]))
        self.client.force_login(self.bob)
        self.assertContains(self.client.get(reverse("payments:holds")), "bike")
        page = self.client.get(reverse("payments:hold", args=[hold.reference]))
        key = str(page.context["form"]["key"].value())
        capture = reverse("payments:capture_hold", args=[hold.reference])
        answer = self.client.post(capture, {"key": key, "amount": "0.01"})  # two-step: all of it or nothing
        transfer = Transfer.objects.get(kind="capture")
        self.assertRedirects(answer, reverse("payments:receipt", args=[transfer.reference]))
        self.assertEqual(balance(self.bob), gbp("1025"))

    def test_what_cannot_be_on_hold_is_refused_before_the_pin_beside_its_field(self) -> None:
        for changed, field, text, status in (
            ({"amount": "1000.01"}, "amount", "You are £0.01 short.", 422),
            ({"payee": "alice"}, "payee", "You cannot place a hold for yourself.", 422),
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

    def held_for_them(self) -> list[Hold]:
        shown = dict(self.client.get("/").context["panels"])
        return shown.get("payments/_holds_panel.html", {}).get("held_for_me", [])

    def test_the_payee_sees_it_on_their_home_until_it_ends(self) -> None:
        hold = placed(self.alice, self.bob, "5", purpose="two_step")
        placed(self.alice, self.bob, "6", lives=dt.timedelta(microseconds=1))
        self.client.force_login(self.bob)
        self.assertEqual(self.held_for_them(), [hold])
        address = reverse("payments:release_hold", args=[hold.reference])
        self.assertContains(self.client.post(address, follow=True), "Declined: the money stays with Alice Archer.")
        self.assertEqual(self.held_for_them(), [])
        self.client.force_login(self.alice)
        self.assertEqual(self.held_for_them(), [])

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
        self.assertEqual(self.client.post(addresses["release_hold"]).status_code, 404)  # the payer cannot release it
        self.assertEqual(self.client.post(addresses["capture_hold"]).status_code, 404)
        self.client.force_login(person("carla"))
        for name, address in addresses.items():
            answer = self.client.get(address) if name == "hold" else self.client.post(address)
            self.assertEqual(answer.status_code, 404, name)
        self.client.force_login(self.bob)
        self.assertRedirects(self.client.post(addresses["release_hold"]), addresses["hold"])
