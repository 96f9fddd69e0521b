"""Top-ups on trust and in cash, undoing one's own transfers, and what frozen people cannot do."""

from __future__ import annotations

import datetime as dt
from unittest import mock
from uuid import UUID, uuid4

from accounts.people.errors import AccountFrozen
from conversion.money import Money
from events.models import Notification
from ledger import jobs
from ledger.models import Transfer, Wallet
from ledger.wallets import balance_of
from payments.models import TopUp
from payments.reversals import service as reversals
from payments.reversals.errors import AlreadyUndone, CannotUndo, PayeeLacksFunds
from payments.top_ups.errors import OverTheDailyCap
from payments.top_ups.service import left_today, top_up_on_trust
from payments.transfers.service import send_money
from tests.base import MoneyTestCase
from tests.cast import PIN, balance, person, quoted, sent
from treasury.cash_desk.service import take_cash


class ToppingUp(MoneyTestCase):
    def setUp(self) -> None:
        self.alice, self.cass = person("alice"), person("cass")

    def trust(self, amount: str, key: UUID | None = None) -> Transfer:
        return top_up_on_trust(member=self.alice, amount=Money.of(amount, "GBP"), key=key or uuid4())

    def test_on_trust_is_credited_and_flagged(self) -> None:
        transfer = self.trust("40")
        self.assertEqual(balance(self.alice), Money.of("1040.00", "GBP"))
        self.assertFalse(TopUp.objects.get(transfer=transfer).verified)

    def test_on_trust_only_up_to_the_cap_of_the_day(self) -> None:
        self.trust("60")
        with self.assertRaises(OverTheDailyCap) as refused:
            self.trust("40.01")
        self.assertEqual(refused.exception.left, Money.of("40.00", "GBP"))
        self.trust("40")
        self.assertEqual(balance(self.alice), Money.of("1100.00", "GBP"))
        self.assertEqual(left_today(self.alice)[1], Money.of("0", "GBP"))

    def test_a_key_tops_up_once(self) -> None:
        key = uuid4()
        self.assertEqual(self.trust("60", key), self.trust("60", key))
        self.assertEqual(balance(self.alice), Money.of("1060.00", "GBP"))

    def test_cash_comes_out_of_the_cashiers_drawer(self) -> None:
        take_cash(cashier=self.cass, member=self.alice, amount=Money.of("500", "GBP"), key=uuid4())
        self.assertEqual(balance(self.alice), Money.of("1500.00", "GBP"))
        drawer = Wallet.objects.get(owner=self.cass, purpose="drawer")
        self.assertEqual(balance_of(drawer), Money.of("-500", "GBP"))

    def test_settling_changes_no_balance(self) -> None:
        take_cash(cashier=self.cass, member=self.alice, amount=Money.of("500", "GBP"), key=uuid4())
        drawer = Wallet.objects.get(owner=self.cass, purpose="drawer")
        self.assertGreater(jobs.settle_all(), 0)
        drawer.refresh_from_db()
        self.assertEqual(drawer.settled, Money.of("-500", "GBP"))
        self.assertEqual(balance_of(drawer), Money.of("-500", "GBP"))
        self.assertEqual(jobs.settle_all(), 0)


class Undoing(MoneyTestCase):
    def setUp(self) -> None:
        self.alice, self.bob = person("alice"), person("bob")

    def test_gives_it_back(self) -> None:
        transfer = sent(self.alice, self.bob, "30")
        undone = reversals.undo(maker=self.alice, transfer=transfer, key=uuid4())
        self.assertEqual(undone.reverses, transfer)
        self.assertEqual(balance(self.alice), Money.of("1000.00", "GBP"))

    def test_tells_who_gives_it_back_once_and_nobody_of_their_own(self) -> None:
        transfer, key = sent(self.alice, self.bob, "5"), uuid4()
        for _ in range(2):
            undone = reversals.undo(maker=self.alice, transfer=transfer, key=key)
        told = Notification.objects.get(kind="undone")
        self.assertEqual((told.user, told.actor, told.subject), (self.bob, self.alice, undone.reference))
        self.assertEqual(told.amount, Money.of("5", "GBP"))
        self.client.force_login(self.bob)
        self.assertEqual(self.client.get(told.address).status_code, 200)
        cash = take_cash(cashier=person("cass"), member=self.bob, amount=Money.of("5", "GBP"), key=uuid4())
        reversals.undo(maker=person("cass"), transfer=cash, key=uuid4())
        self.assertEqual(Notification.objects.filter(kind="undone", user=self.bob, actor=person("cass")).count(), 1)
        trust = top_up_on_trust(member=self.alice, amount=Money.of("5", "GBP"), key=uuid4())
        reversals.undo(maker=self.alice, transfer=trust, key=uuid4())
        self.assertFalse(Notification.objects.filter(kind="undone", user=self.alice).exists())

    def test_also_across_currencies(self) -> None:
        carla = person("carla")
        before = balance(carla)
        reversals.undo(maker=self.alice, transfer=sent(self.alice, carla, "30"), key=uuid4())
        self.assertEqual((balance(self.alice), balance(carla)), (Money.of("1000.00", "GBP"), before))

    def test_once(self) -> None:
        transfer = sent(self.alice, self.bob, "30")
        reversals.undo(maker=self.alice, transfer=transfer, key=uuid4())
        with self.assertRaises(AlreadyUndone):
            reversals.undo(maker=self.alice, transfer=transfer, key=uuid4())

    def test_one_key_answers_the_same(self) -> None:
        transfer, key = sent(self.alice, self.bob, "30"), uuid4()
        first, second = (reversals.undo(maker=self.alice, transfer=transfer, key=key) for _ in range(2))
        self.assertEqual(first, second)

    def test_one_key_answers_the_same_when_the_window_has_closed_since(self) -> None:
        transfer, key = sent(self.alice, self.bob, "30"), uuid4()
        first = reversals.undo(maker=self.alice, transfer=transfer, key=key)
        with mock.patch.object(reversals, "UNDO_WINDOW", dt.timedelta(0)):
            self.assertEqual(reversals.undo(maker=self.alice, transfer=transfer, key=key), first)

    def test_only_by_who_made_it(self) -> None:
        with self.assertRaises(CannotUndo):
            reversals.undo(maker=self.bob, transfer=sent(self.alice, self.bob, "30"), key=uuid4())

    def test_an_undoing_is_not_undone(self) -> None:
        undone = reversals.undo(maker=self.alice, transfer=sent(self.alice, self.bob, "30"), key=uuid4())
        with self.assertRaises(CannotUndo):
            reversals.undo(maker=self.alice, transfer=undone, key=uuid4())

    def test_not_after_the_window(self) -> None:
        transfer = sent(self.alice, self.bob, "30")
        with mock.patch.object(reversals, "UNDO_WINDOW", dt.timedelta(0)), self.assertRaises(CannotUndo):
            reversals.undo(maker=self.alice, transfer=transfer, key=uuid4())

    def test_is_not_offered_beside_a_timestamp_of_yesterday(self) -> None:
        transfer = sent(self.alice, self.bob, "30")
        self.assertTrue(reversals.can_undo(maker=self.alice, transfer=transfer))
        transfer.made_at -= dt.timedelta(days=1)
        self.assertFalse(reversals.can_undo(maker=self.alice, transfer=transfer))

    def test_not_when_it_is_spent_but_later_when_it_is_back(self) -> None:
        transfer = sent(self.alice, self.bob, "30")
        away = sent(self.bob, self.alice, "1010")
        with self.assertRaises(PayeeLacksFunds):
            reversals.undo(maker=self.alice, transfer=transfer, key=uuid4())
        reversals.undo(maker=self.bob, transfer=away, key=uuid4())
        reversals.undo(maker=self.alice, transfer=transfer, key=uuid4())
        self.assertEqual(balance(self.bob), Money.of("1000.00", "GBP"))


class Frozen(MoneyTestCase):
    def test_whoever_is_frozen_moves_nothing(self) -> None:
        alice, bob, cass = person("alice"), person("bob"), person("cass")
        transfer, quote = sent(alice, bob, "30"), quoted(alice, bob, "1")
        for user in (alice, cass):
            user.frozen = True
            user.save()
        for action in (
            lambda: quoted(alice, bob, "1"),
            lambda: quoted(bob, alice, "1"),
            lambda: send_money(payer=alice, quote=quote, pin=PIN),
            lambda: reversals.undo(maker=alice, transfer=transfer, key=uuid4()),
            lambda: top_up_on_trust(member=alice, amount=Money.of("1", "GBP"), key=uuid4()),
            lambda: take_cash(cashier=cass, member=bob, amount=Money.of("1", "GBP"), key=uuid4()),
        ):
            with self.assertRaises(AccountFrozen):
                action()
        self.assertEqual(balance(bob), Money.of("1030.00", "GBP"))
