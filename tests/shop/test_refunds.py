"""Refunds by lines: money, lines and stock agree; never more than was sold; never one's own as staff."""

from __future__ import annotations

from typing import Any
from unittest import mock
from uuid import UUID, uuid4

from django.db import connection

from accounts.models import User
from accounts.people.errors import AccountFrozen, RoleMissing
from accounts.people.service import save_as_administrator
from accounts.pins.errors import PinWrong
from conversion.errors import KeyReused
from conversion.money import Money
from events.models import Notification
from ledger import audit
from ledger.models import Transfer
from ledger.posting import Posting
from ledger.settlement import settle
from payments.owners import wallet_of
from payments.reversals.errors import CannotRefund
from payments.reversals.refunds import refund as refund_payment
from shop.models import Order, Refund, StockMove
from shop.orders.endings import undo
from shop.orders.errors import CannotUndoOrder, SellerLacksFunds
from shop.refunds.errors import CannotRefundOrder, MoreThanSold, NothingToRefund, OwnPurchase
from shop.refunds.service import Wish, refund
from shop.stock.queries import left
from tests.base import MoneyTestCase
from tests.cast import PIN, balance, gbp, person, sent
from tests.runner import as_owner

from .goods import a_product, a_seller, bought, order_of


def refunded(
    order: Order,
    *,
    by: User | None = None,
    key: UUID | None = None,
    restock: bool = False,
    pin: str | None = None,
    **of: Any,
) -> Posting:
    """`of` is how many of each line: `line_1=2`."""
    quantities = {int(name.removeprefix("line_")): many for name, many in of.items()}
    return refund(Wish(order, quantities, restock, "spilt"), by=by or a_seller(), key=key or uuid4(), pin=pin)


class ARefund(MoneyTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice = person("alice")
        self.mate, self.crisps = a_product(stock=10), a_product("Crisps", "2")
        self.order = order_of(bought(self.alice, self.mate, self.crisps, quantity=3))  # 3.60 + 6.00

    def now(self) -> Order:
        return Order.objects.get(pk=self.order.pk)

    def test_of_some_lines_gives_back_their_price_and_their_goods(self) -> None:
        refunded(self.order, line_1=2, restock=True)
        self.assertEqual((balance(self.alice), self.now().refunded), (gbp("992.80"), gbp("2.40")))
        self.assertEqual(list(self.order.lines.order_by("number").values_list("refunded_quantity", flat=True)), [2, 0])
        self.assertEqual((left([self.mate.pk])[self.mate.pk][1], self.now().status), (9, "collected"))
        found = Refund.objects.get()
        self.assertEqual((found.amount_minor, found.reason, found.made_by), (240, "spilt", a_seller()))
        told = Notification.objects.get(user=self.alice, kind="refunded")
        self.assertEqual((told.amount, told.actor), (gbp("2.40"), a_seller()))

    def test_leaves_the_goods_out_of_stock_unless_told(self) -> None:
        refunded(self.order, line_1=1)
        self.assertEqual(left([self.mate.pk])[self.mate.pk][1], 7)
        self.assertFalse(StockMove.objects.filter(reason="return").exists())

    def test_of_the_last_line_ends_the_order(self) -> None:
        refunded(self.order, line_1=3)
        refunded(self.order, line_2=2)
        refunded(self.order, line_2=1)
        self.assertEqual((self.now().status, balance(self.alice)), ("refunded", gbp("1000")))
        self.assertEqual(self.order.steps.latest("pk").status, "refunded")

    def test_is_never_of_more_than_was_sold(self) -> None:
        refunded(self.order, line_1=2)
        wrongs: list[dict[str, Any]] = [{"line_1": 2}, {"line_1": 4}, {"line_2": 4}, {"line_1": 1, "line_2": 100}]
        for wrong in wrongs:
            with self.subTest(wrong), self.assertRaises(MoreThanSold):
                refunded(self.order, **wrong)
        nothings: list[dict[str, Any]] = [{"line_1": 0}, {"line_9": 1}, {"line_1": -1}, {}]
        for nothing in nothings:
            with self.subTest(nothing), self.assertRaises(NothingToRefund):
                refunded(self.order, **nothing)
        self.assertEqual(self.now().refunded, gbp("2.40"))

    def test_books_once_for_a_key_and_refuses_it_for_other_lines(self) -> None:
        key = uuid4()
        first, second = (refunded(self.order, line_1=1, key=key) for _ in range(2))
        self.assertEqual((first.transfer_id, second.repeated), (second.transfer_id, True))
        dear = order_of(bought(self.alice, a_product("A", "1"), a_product("B", "1")))
        refunded(dear, line_1=1, key=(other := uuid4()))
        wrongs: list[dict[str, Any]] = [{"line_2": 1}, {"line_1": 1, "line_2": 1}]
        for wrong in wrongs:
            with self.assertRaises(KeyReused):
                refunded(dear, key=other, **wrong)
        self.assertEqual(Refund.objects.count(), 2)

    def test_is_its_sellers_or_the_treasurys(self) -> None:
        for who in ("bob", "alice", "cass", "audrey"):
            with self.subTest(who), self.assertRaises(RoleMissing):
                refunded(self.order, line_1=1, by=person(who))
        with self.assertRaises(RoleMissing):
            refunded(self.order, line_1=1, by=a_seller("stage"))
        refunded(self.order, line_1=1, by=person("tess"))
        self.assertEqual(Transfer.objects.get(kind="refund").made_by, person("tess"))

    def test_is_not_of_ones_own_purchase_as_staff(self) -> None:
        tess = person("tess")
        own = order_of(bought(tess, self.crisps))
        with self.assertRaises(OwnPurchase):
            refunded(own, line_1=1, by=tess)
        refunded(own, line_1=1, by=person("admin"))

    def test_asks_for_the_pin_of_who_gives_back(self) -> None:
        with self.assertRaises(PinWrong):
            refunded(self.order, line_1=1, pin="111111")
        refunded(self.order, line_1=1, pin=PIN)

    def test_is_refused_where_the_seller_has_spent_it_and_the_key_can_be_used_again(self) -> None:
        key, seller = uuid4(), a_seller()
        settle(wallet_of(seller))
        sent(seller, person("bob"), "9")
        with self.assertRaises(SellerLacksFunds):
            refunded(self.order, line_1=1, key=key)
        self.assertEqual((Refund.objects.count(), self.now().refunded_minor), (0, 0))
        sent(person("bob"), seller, "5")
        refunded(self.order, line_1=1, key=key)

    def test_is_not_of_what_was_undone_and_what_was_refunded_is_not_undone(self) -> None:
        refunded(self.order, line_1=1)
        with self.assertRaises(CannotUndoOrder):
            undo(order=self.order, by=self.alice, key=uuid4())
        other = order_of(bought(self.alice, self.mate))
        undo(order=other, by=self.alice, key=uuid4())
        with self.assertRaises(CannotRefundOrder):
            refunded(other, line_1=1)

    def test_reaches_a_frozen_buyer_and_not_from_a_frozen_seller(self) -> None:
        def freeze(user: User) -> None:
            user.frozen = True
            save_as_administrator(by=person("admin"), person=user)

        freeze(person("alice"))
        refunded(self.order, line_1=1)
        freeze(a_seller())
        for who in (a_seller(), person("tess")):
            with self.assertRaises(AccountFrozen):
                refunded(self.order, line_1=1, by=who)

    def test_between_currencies_is_at_the_worse_of_both_rates(self) -> None:
        carla = person("carla")
        order = order_of(bought(carla, self.mate, quantity=3))
        paid = order.money.paid
        refunded(order, line_1=3)
        self.assertEqual(balance(carla), Money.of("1170", "EUR"))
        order = order_of(bought(carla, self.mate, quantity=3))
        with (
            mock.patch("payments.reversals.refunds.is_still_worth", lambda *_: False),
            mock.patch(
                "payments.reversals.refunds.converted",
                lambda amount, to: mock.Mock(target=Money(paid.minor - 50, to)),
            ),
        ):
            refunded(order, line_1=3)
        self.assertEqual(balance(carla), Money.of("1169.50", "EUR"))

    def test_of_parts_between_currencies_never_gives_back_more_than_was_paid(self) -> None:
        carla = person("carla")
        order = order_of(bought(carla, self.mate, quantity=3))
        for _ in range(3):
            refunded(order, line_1=1)
        self.assertLessEqual(balance(carla), Money.of("1170", "EUR"))
        self.assertGreaterEqual(balance(carla), Money.of("1169.97", "EUR"))

    def test_by_the_page_for_payments_is_refused(self) -> None:
        transfer = self.order.money.transfer
        with self.assertRaises(CannotRefund):
            refund_payment(payee=a_seller(), transfer=transfer, amount=gbp("1"), key=uuid4(), pin=None)

    def test_without_its_lines_is_refused_by_the_database(self) -> None:
        settle(wallet_of(a_seller()))
        seller, buyer = wallet_of(a_seller()).pk, wallet_of(self.alice).pk
        self.assert_refused(
            "SELECT ledger_post(ARRAY[(gen_random_uuid(), 'refund', '', ARRAY[%s, %s, 120]::bigint[], NULL, %s, NULL,"
            " false)::ledger_instruction], %s, NULL, '1 minute'); SET CONSTRAINTS ALL IMMEDIATE",
            seller,
            buyer,
            self.order.money.transfer_id,
            a_seller().pk,
        )
        self.assert_refused("UPDATE shop_line SET refunded_quantity = 1")
        self.assert_refused("INSERT INTO shop_refundline (refund_id, line_id, quantity) VALUES (1, 1, 1)")

    def test_that_is_forged_is_found_by_the_audit(self) -> None:
        refunded(self.order, line_1=2, restock=True)
        name = connection.settings_dict["NAME"]
        for table, change, back in (
            ("shop_order", "refunded_minor = 120", "refunded_minor = 240"),
            ("shop_order", "status = 'refunded'", "status = 'collected'"),
            ("shop_line", "refunded_quantity = 1 WHERE number = 1", "refunded_quantity = 2 WHERE number = 1"),
            ("shop_refund", "amount_minor = 120", "amount_minor = 240"),
            ("shop_refund", "restocked = false", "restocked = true"),
            ("shop_refundline", "quantity = 1", "quantity = 2"),
            ("shop_stockmove", "change = 1 WHERE reason = 'return'", "change = 2 WHERE reason = 'return'"),
        ):
            with self.subTest(change):
                as_owner(name, [f"ALTER TABLE {table} DISABLE TRIGGER USER", f"UPDATE {table} SET {change}"])
                self.assertTrue(audit.breaches(), change)
                as_owner(name, [f"UPDATE {table} SET {back}"])
                self.assertEqual(audit.breaches(), [])


class AControl(MoneyTestCase):
    def test_counts_of_lines_and_not_of_one_refund(self) -> None:
        """Three refunds of one each of three: a fourth is refused, though each alone is less than was sold."""
        order = order_of(bought(person("alice"), a_product(), quantity=3))
        outcomes: list[Any] = []
        for _ in range(4):
            try:
                outcomes.append(refunded(order, line_1=1).is_new)
            except MoreThanSold:
                outcomes.append("refused")
        self.assertEqual(outcomes, [True, True, True, "refused"])
