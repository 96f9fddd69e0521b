"""Each law of the shop, broken once by the owner of the database with the triggers off."""

from __future__ import annotations

from uuid import uuid4

from django.db import connection

from ledger import audit
from payments.owners import wallet_of
from shop.debts.laws import LAWS as OF_DEBTS
from shop.debts.service import set_limit
from shop.kiosk import buying
from shop.kiosk.laws import LAWS as OF_KIOSKS
from shop.models import DepositReturn, Line, OrderMoney, VisitAct
from shop.orders.endings import undo
from shop.orders.laws import LAWS as OF_ORDERS
from shop.orders.pricing import Wanted
from shop.stock.laws import LAWS as OF_STOCK
from shop.stock.service import settle_all
from shop.till.laws import LAWS as OF_TILLS
from shop.till.returns import give_back
from shop.till.service import sell_for_cash
from tests.base import MoneyTestCase
from tests.cast import gbp, person
from tests.payments.test_debts import lets_owe
from tests.runner import as_owner

from .goods import a_product, a_sale_point, bought, order_of
from .kiosks import a_device, a_visit
from .test_till import a_till

MONEY, UNDONE, PRICE, STOCK, DEBT = (law.name for law in OF_ORDERS)
ON_HAND = OF_STOCK[0].name
FLOOR, OWN = (law.name for law in OF_DEBTS)
RETURN, DEPOSIT, ONESELF, DRAWERS, AGE = (law.name for law in OF_TILLS)
VISIT_SUM, VISIT_ACT = (law.name for law in OF_KIOSKS)


class Breaking(MoneyTestCase):
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

    def assert_found(self, *cases: tuple[str, str, str, str]) -> None:
        """Each is a table, what is changed in it, what changes it back, and the law that finds it meanwhile."""
        for table, change, back, law in cases:
            with self.subTest(change):
                self.as_owner_without_triggers(table, f"UPDATE {table} SET {change}")
                found = {breach.law for breach in audit.breaches()}
                self.as_owner_without_triggers(table, f"UPDATE {table} SET {back}")
                self.assertIn(law, found)
                self.assertEqual(audit.breaches(), [])


class Laws(Breaking):
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
        self.assert_found(
            ("shop_order", f"total_minor = 121 WHERE id = {order}", f"total_minor = 120 WHERE id = {order}", MONEY),
            ("shop_line", f"total_minor = 240, quantity = 2 WHERE id = {line}",
             f"total_minor = 120, quantity = 1 WHERE id = {line}", MONEY),
            ("shop_ordermoney", f"transfer_id = 1 WHERE order_id = {order}",
             f"transfer_id = {transfer} WHERE order_id = {order}", MONEY),
            ("shop_order", f"status = 'undone' WHERE id = {order}", f"status = 'collected' WHERE id = {order}", UNDONE),
            ("shop_line", f"title = 'Gold' WHERE id = {line}", f"title = 'Club Mate' WHERE id = {line}", PRICE),
            ("shop_stockmove", f"change = -2 WHERE line = {line}", f"change = -1 WHERE line = {line}", STOCK),
            ("shop_stock", "on_hand = on_hand + 1", "on_hand = on_hand - 1", ON_HAND),
        )  # fmt: skip

    def test_find_what_a_visit_did_not_do(self) -> None:
        alice = person("alice")
        device, _token = a_device()
        visit = a_visit(alice, device, pin=False)
        buying.buy_one(visit=visit, variant=self.line.variant, shown=gbp("1.20"), key=uuid4())
        buying.top_up(visit=visit, amount=gbp("5"), key=uuid4())
        bought_there, topped_up = VisitAct.objects.order_by("pk")
        of_visit, of_act = f"WHERE id = {visit.pk}", f"WHERE id = {bought_there.pk}"
        bob = person("bob").pk
        self.assert_found(
            ("shop_visit", f"without_pin_minor = 0 {of_visit}", f"without_pin_minor = 120 {of_visit}", VISIT_SUM),
            ("shop_visitact", f"without_pin_minor = 0 {of_act}", f"without_pin_minor = 120 {of_act}", VISIT_SUM),
            ("shop_visit", f"member_id = {bob} {of_visit}", f"member_id = {alice.pk} {of_visit}", VISIT_ACT),
            ("shop_visitact", f"order_id = {self.order.pk} {of_act}",
             f"order_id = {bought_there.order_id} {of_act}", VISIT_ACT),
            ("shop_visitact", f"order_id = NULL {of_act}", f"order_id = {bought_there.order_id} {of_act}", VISIT_ACT),
            ("shop_visitact", f"transfer_id = -1 WHERE id = {topped_up.pk}",
             f"transfer_id = {topped_up.transfer_id} WHERE id = {topped_up.pk}", VISIT_ACT),
        )  # fmt: skip

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


class LawsOfTills(Breaking):
    """Debts and tills: the same, with what a cashier and a treasurer did."""

    def setUp(self) -> None:
        super().setUp()
        alice, tess, cass = person("alice"), person("tess"), person("cass")
        set_limit(by=tess, member=alice, limit=gbp("20"), reason="a regular")
        a_sale_point(confirms_age=True)
        bottle = a_product("Bottle", "0.25", kind="deposit")
        beer = a_product("Beer", "3", minimum_age=16, deposit=bottle)
        till = a_till(beer)
        sold = sell_for_cash(
            cashier=cass, till=till, wanted=[Wanted(beer)], shown=gbp("9"), key=uuid4(), id_was_seen=True
        )
        self.sold = sold.orders[0]
        bought(alice, beer)
        give_back(by=cass, sale_point=till, variant=bottle, quantity=1, target=wallet_of(alice), key=uuid4())

    def test_find_what_breaks_them(self) -> None:
        sold, cass, tess = self.sold, person("cass").pk, person("tess").pk
        given = DepositReturn.objects.get()
        seller = given.seller_wallet_id
        self.assert_found(
            ("shop_appliedlimit", "limit_minor = 5000", "limit_minor = 2000", FLOOR),
            ("shop_appliedlimit", "asked_minor = 5000", "asked_minor = 2000", FLOOR),
            ("shop_depositreturn", "quantity = 2", "quantity = 1", RETURN),
            ("shop_depositreturn", "key = gen_random_uuid()", f"key = '{given.key}'", RETURN),
            ("shop_depositreturn", "undone_id = 1", "undone_id = NULL", RETURN),
            ("ledger_transfer", f"kind = 'payment' WHERE id = {given.transfer_id}",
             f"kind = 'deposit_back' WHERE id = {given.transfer_id}", RETURN),
            ("shop_depositreturn", f"seller_wallet_id = {wallet_of(person('bob')).pk}",
             f"seller_wallet_id = {seller}", DEPOSIT),
            ("shop_depositreturn", f"by_id = {person('alice').pk}", f"by_id = {cass}", ONESELF),
            ("shop_tillsale", "is_cash = false", "is_cash = true", DRAWERS),
            ("shop_tillsale", f"cashier_id = {tess}", f"cashier_id = {cass}", DRAWERS),
            ("shop_order", f"age_confirmed_by_id = NULL WHERE id = {sold}",
             f"age_confirmed_by_id = {cass} WHERE id = {sold}", AGE),
        )  # fmt: skip

    def test_find_a_limit_of_ones_own(self) -> None:
        alice = person("alice").pk
        name = connection.settings_dict["NAME"]
        check = "CHECK (user_id IS NULL OR user_id <> made_by_id)"
        as_owner(
            name,
            [
                "ALTER TABLE shop_limit DROP CONSTRAINT limit_set_by_another",
                "ALTER TABLE shop_limit DISABLE TRIGGER USER",
                f"UPDATE shop_limit SET made_by_id = {alice}",
            ],
        )
        self.assertIn(OWN, {breach.law for breach in audit.breaches()})
        as_owner(
            name,
            [
                f"UPDATE shop_limit SET made_by_id = {person('tess').pk}",
                f"ALTER TABLE shop_limit ADD CONSTRAINT limit_set_by_another {check}",
                "ALTER TABLE shop_limit ENABLE ALWAYS TRIGGER what_is_written_stays",
            ],
        )
