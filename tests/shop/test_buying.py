"""One tap and a cart: what was shown is booked, or less, once, and all of it or nothing."""

from __future__ import annotations

from uuid import uuid4

from django.db import connection

from accounts.models import User
from conversion.errors import KeyReused
from conversion.money import Money
from ledger.models import Transfer
from ledger.settlement import settle
from payments.errors import ToOneself
from payments.owners import wallet_of
from shop.models import Line, Order, StockMove
from shop.orders.endings import undo
from shop.orders.errors import CannotUndoOrder, DebtLimitReached, NotSold, OrderAlreadyUndone, PriceChanged
from shop.products.service import set_price
from shop.rules.models import Rules
from shop.stock.errors import FewerThanNone, SoldOut
from shop.stock.queries import left
from shop.stock.service import count, move, settle_all
from tests.base import MoneyTestCase
from tests.cast import balance, gbp, person, sent
from tests.payments.test_debts import lets_owe
from tests.runner import as_owner

from .goods import a_product, a_sale_point, a_seller, bought, order_of


class OneTap(MoneyTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice = person("alice")

    def test_books_the_order_its_line_its_money_and_its_stock(self) -> None:
        mate = a_product(stock=5)
        order = order_of(bought(self.alice, mate))
        self.assertEqual((order.total, order.money.paid, order.status), (gbp("1.20"), gbp("1.20"), "collected"))
        line = Line.objects.get(order=order)
        self.assertEqual((line.title, line.quantity, line.unit_minor), ("Club Mate", 1, 120))
        self.assertEqual(balance(self.alice), gbp("998.80"))
        self.assertEqual(left([mate.pk]), {mate.pk: (True, 4)})

    def test_books_once_for_a_key(self) -> None:
        mate, key = a_product(stock=5), uuid4()
        first, second = bought(self.alice, mate, key=key), bought(self.alice, mate, key=key)
        self.assertEqual((first.orders, first.repeated, second.repeated), (second.orders, False, True))
        self.assertEqual((balance(self.alice), left([mate.pk])[mate.pk][1]), (gbp("998.80"), 4))

    def test_refuses_a_key_that_bought_something_else(self) -> None:
        key = uuid4()
        bought(self.alice, a_product(), key=key)
        with self.assertRaises(KeyReused):
            bought(self.alice, a_product("Crisps", "2"), key=key)

    def test_takes_less_than_was_shown_and_never_more(self) -> None:
        mate, key = a_product(), uuid4()
        with self.assertRaises(PriceChanged) as refused:
            bought(self.alice, mate, shown=gbp("1.19"), key=key)
        self.assertEqual(refused.exception.price, gbp("1.20"))
        self.assertEqual(order_of(bought(self.alice, mate, shown=gbp("5"), key=key)).total, gbp("1.20"))

    def test_of_a_strict_stock_ends_at_zero_and_books_nothing(self) -> None:
        mate = a_product(stock=2)
        with self.assertRaises(SoldOut):
            bought(self.alice, mate, quantity=3)
        bought(self.alice, mate, quantity=2)
        with self.assertRaises(SoldOut):
            bought(self.alice, mate)
        self.assertEqual((balance(self.alice), Order.objects.count()), (gbp("997.60"), 1))

    def test_of_a_stock_on_trust_is_never_refused_and_is_settled_later(self) -> None:
        mate = a_product(stock=1, strict=False)
        bought(self.alice, mate, quantity=3)
        self.assertEqual(left([mate.pk]), {mate.pk: (False, -2)})
        self.assertEqual((settle_all(), settle_all()), (2, 0))
        self.assertEqual(left([mate.pk]), {mate.pk: (False, -2)})

    def test_of_fewer_than_none_no_stock_is_strict(self) -> None:
        mate = a_product(stock=1, strict=False)
        bought(self.alice, mate, quantity=3)
        with self.assertRaises(FewerThanNone):
            count(mate, strict=True)
        self.assertEqual(left([mate.pk]), {mate.pk: (False, -2)})

    def test_on_trust_that_was_on_its_way_when_the_stock_became_strict_waits_until_it_fits(self) -> None:
        mate, cola = (a_product(stock=1, strict=False) for _ in range(2))
        settle_all()
        for variant in (mate, cola):
            bought(self.alice, variant, quantity=2)
            # In place of a sale at the very moment when the stock becomes strict.
            stricter = f"UPDATE shop_stock SET strict = true WHERE variant_id = {variant.pk}"
            as_owner(connection.settings_dict["NAME"], [stricter])
        move(cola, 1, "delivery", by=self.alice, key=uuid4())
        self.assertEqual((settle_all(), settle_all()), (1, 0))
        self.assertEqual(left([mate.pk, cola.pk]), {mate.pk: (True, -1), cola.pk: (True, 0)})

    def test_brings_its_deposit(self) -> None:
        deposit = a_product("Bottle", "0.25", kind="deposit")
        order = order_of(bought(self.alice, a_product(deposit=deposit), quantity=2))
        self.assertEqual(order.total, gbp("2.90"))
        self.assertEqual([str(line) for line in order.lines.order_by("number")], ["2 × Club Mate", "2 × Bottle"])

    def test_costs_a_member_of_another_currency_what_the_seller_gets_rounded_up(self) -> None:
        order = order_of(bought(person("carla"), a_product()))
        self.assertEqual((order.total, order.money.paid), (gbp("1.20"), Money.of("1.41", "EUR")))

    def test_is_not_of_what_is_sold_elsewhere_or_not_any_more(self) -> None:
        mate = a_product()
        point = a_sale_point()
        point.is_open = False
        point.save()
        with self.assertRaises(NotSold):
            bought(self.alice, mate)

    def test_is_not_of_ones_own(self) -> None:
        with self.assertRaises(ToOneself):
            bought(a_seller(), a_product())


class ACart(MoneyTestCase):
    def test_of_two_sellers_is_two_orders_or_none(self) -> None:
        alice, mate = person("alice"), a_product()
        shirt = a_product("Shirt", "1000", seller=a_seller("stage"))
        with self.assertRaises(DebtLimitReached):
            bought(alice, mate, shirt)
        self.assertEqual((Order.objects.count(), Transfer.objects.filter(kind="purchase").count()), (0, 0))
        set_price(shirt, gbp("15"), by=person("tess"))
        self.assertEqual(len(bought(alice, mate, shirt).orders), 2)
        self.assertEqual(balance(alice), gbp("983.80"))

    def test_under_a_key_that_bought_a_part_of_it_books_nothing(self) -> None:
        """What is known skips the checks: of standing, price, PIN and limits. So all of it is known, or nothing is."""
        alice, mate, key = person("alice"), a_product(), uuid4()
        shirt = a_product("Shirt", "15", seller=a_seller("stage"))
        bought(alice, mate, key=key)
        User.objects.filter(pk=alice.pk).update(frozen=True)
        with self.assertRaises(KeyReused):
            bought(alice, mate, shirt, shown=gbp("1.20"), key=key)
        self.assertEqual((Order.objects.count(), balance(alice)), (1, gbp("998.80")))

    def test_under_a_key_that_bought_more_is_not_said_to_be_paid(self) -> None:
        alice, mate, key = person("alice"), a_product(), uuid4()
        shirt = a_product("Shirt", "15", seller=a_seller("stage"))
        self.assertTrue(bought(alice, mate, shirt, key=key).orders)
        with self.assertRaises(KeyReused):
            bought(alice, mate, key=key)


class Debt(MoneyTestCase):
    def test_is_for_purchases_down_to_the_limit(self) -> None:
        alice, shirt = person("alice"), a_product("Shirt", "505")
        lets_owe(alice, "-20")
        bought(alice, shirt, quantity=2)
        self.assertEqual(balance(alice), gbp("-10"))
        with self.assertRaises(DebtLimitReached) as refused:
            bought(alice, shirt)
        self.assertEqual(refused.exception.left, gbp("10"))

    def test_limit_counts_at_once_when_it_is_lowered(self) -> None:
        alice, mate = person("alice"), a_product("Mate", "1")
        lets_owe(alice, "-20")
        bought(alice, a_product("Shirt", "505"), quantity=2)
        lets_owe(alice, "-5")
        with self.assertRaises(DebtLimitReached):
            bought(alice, mate)
        # What is paid back is not lent again, though the ledger's floor stays where it was until a job raises it.
        sent(person("bob"), alice, "8")
        self.assertLess(wallet_of(alice).floor or 0, -500)
        bought(alice, mate, quantity=3)
        with self.assertRaises(DebtLimitReached) as refused:
            bought(alice, mate)
        self.assertEqual((refused.exception.left, balance(alice)), (gbp("0"), gbp("-5")))


class AnUndo(MoneyTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice, self.mate = person("alice"), a_product(stock=5)
        self.order = order_of(bought(self.alice, self.mate, quantity=2))

    def test_returns_money_and_goods_once(self) -> None:
        key = uuid4()
        undo(order=self.order, by=self.alice, key=key)
        self.assertTrue(undo(order=self.order, by=self.alice, key=key).repeated)
        with self.assertRaises(OrderAlreadyUndone):
            undo(order=self.order, by=self.alice, key=uuid4())
        self.assertEqual((balance(self.alice), left([self.mate.pk])[self.mate.pk][1]), (gbp("1000"), 5))
        self.assertEqual(StockMove.objects.filter(reason="undo").count(), 1)
        steps = self.order.steps.order_by("id").values_list("status", flat=True)
        self.assertEqual(list(steps), ["collected", "undone"])

    def test_is_its_buyers_and_in_time(self) -> None:
        with self.assertRaises(CannotUndoOrder):
            undo(order=self.order, by=person("bob"), key=uuid4())
        Rules.objects.create(undo_minutes=0, made_by=person("tess"))
        with self.assertRaises(CannotUndoOrder):
            undo(order=self.order, by=self.alice, key=uuid4())

    def test_is_refused_by_the_database_where_only_the_money_goes_back(self) -> None:
        settle(wallet_of(a_seller()))
        self.assert_refused(
            "SELECT ledger_post(ARRAY[(gen_random_uuid(), 'reversal', '', NULL, %s, NULL, NULL, false)"
            "::ledger_instruction], %s, NULL, '1 minute'); SET CONSTRAINTS ALL IMMEDIATE",
            self.order.money.transfer_id,
            self.alice.pk,
        )


class APurchase(MoneyTestCase):
    def test_without_an_order_is_refused_by_the_database(self) -> None:
        alice, seller = wallet_of(person("alice")), wallet_of(a_seller())
        self.assert_refused(
            "SELECT ledger_post_one(gen_random_uuid(), 'purchase', '', %s, %s, 100, true, %s, NULL, '1 minute');"
            " SET CONSTRAINTS ALL IMMEDIATE",
            alice.pk,
            seller.pk,
            alice.owner_id,
        )
