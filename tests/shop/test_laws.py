"""Each law of the shop, broken once by the owner of the database with the triggers off."""

from __future__ import annotations

from uuid import uuid4

from django.db import connection

from ledger import audit
from shop.models import Line, OrderMoney
from shop.orders.endings import undo
from shop.orders.laws import LAWS as OF_ORDERS
from shop.stock.laws import LAWS as OF_STOCK
from shop.stock.service import settle_all
from tests.base import MoneyTestCase
from tests.cast import person
from tests.payments.test_debts import lets_owe
from tests.runner import as_owner

from .goods import a_product, bought, order_of

MONEY, UNDONE, PRICE, STOCK, DEBT = (law.name for law in OF_ORDERS)
ON_HAND = OF_STOCK[0].name


class Laws(MoneyTestCase):
    def setUp(self) -> None:
        super().setUp()
        alice = person("alice")
        mate = a_product(stock=5)
        self.order, undone = order_of(bought(alice, mate)), order_of(bought(alice, mate))
        undo(order=undone, by=alice, key=uuid4())
        self.line = Line.objects.get(order=self.order)

    def test_find_what_breaks_them(self) -> None:
        order, line = self.order.pk, self.line.pk
        transfer = OrderMoney.objects.get(order=order).transfer_id
        for table, change, back, law in (
            ("shop_order", f"total_minor = 121 WHERE id = {order}", f"total_minor = 120 WHERE id = {order}", MONEY),
            ("shop_line", f"total_minor = 240, quantity = 2 WHERE id = {line}",
             f"total_minor = 120, quantity = 1 WHERE id = {line}", MONEY),
            ("shop_ordermoney", f"transfer_id = 1 WHERE order_id = {order}",
             f"transfer_id = {transfer} WHERE order_id = {order}", MONEY),
            ("shop_order", f"status = 'undone' WHERE id = {order}", f"status = 'collected' WHERE id = {order}", UNDONE),
            ("shop_line", f"title = 'Gold' WHERE id = {line}", f"title = 'Club Mate' WHERE id = {line}", PRICE),
            ("shop_stockmove", f"change = -2 WHERE line = {line}", f"change = -1 WHERE line = {line}", STOCK),
            ("shop_stock", "on_hand = on_hand + 1", "on_hand = on_hand - 1", ON_HAND),
        ):  # fmt: skip
            with self.subTest(change):
                self.as_owner_without_triggers(table, f"UPDATE {table} SET {change}")
                found = {breach.law for breach in audit.breaches()}
                self.as_owner_without_triggers(table, f"UPDATE {table} SET {back}")
                self.assertIn(law, found)
                self.assertEqual(audit.breaches(), [])

    def test_find_debts_that_nothing_was_bought_for(self) -> None:
        alice, bob = person("alice"), person("bob")
        lets_owe(alice, "-20")
        bought(alice, a_product("Shirt", "1000"))
        lets_owe(bob, "-20")
        bought(bob, a_product("Coat", "1010"))
        self.assertEqual(audit.breaches(), [])
        wallet = bob.wallets.get().pk
        kind = "UPDATE ledger_transfer SET kind = '{}' WHERE source_id = {} AND legs[3] = 101000"
        self.as_owner_without_triggers("ledger_transfer", kind.format("payment", wallet))
        found = {breach.law for breach in audit.breaches()}
        self.as_owner_without_triggers("ledger_transfer", kind.format("purchase", wallet))
        self.assertIn(DEBT, found)

    def test_hold_after_stocks_on_trust_were_settled(self) -> None:
        coffee = a_product("Coffee", "0.60", stock=3, strict=False)
        bought(person("alice"), coffee)
        settle_all()
        bought(person("alice"), coffee)
        self.assertEqual(audit.breaches(), [])

    def as_owner_without_triggers(self, table: str, statement: str) -> None:
        name = connection.settings_dict["NAME"]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled = 'A'",
                [table],
            )
            guards = [guard for (guard,) in cursor.fetchall()]
        on = [f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {guard}" for guard in guards]
        as_owner(name, [f"ALTER TABLE {table} DISABLE TRIGGER USER", statement, *on])
