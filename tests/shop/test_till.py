"""A till: cash goes into the drawer, a member who is there pays, deposits come back, and all of it once."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.test import override_settings

from accounts.models import User
from accounts.people.errors import AccountFrozen, OwnAccount, RoleMissing
from accounts.pins.errors import PinMissing, PinWrong
from conversion.errors import KeyReused, NotPositive
from conversion.money import Money
from events.models import Notification
from ledger.models import Wallet
from ledger.wallets import balance_of
from payments.days import midnight
from payments.drawers.errors import OverCashLimit
from payments.drawers.service import drawer_of
from payments.owners import wallet_of
from payments.reversals.errors import PayeeLacksFunds
from shop.models import DepositReturn, Order, SalePoint, TillSale, Variant
from shop.orders import endings
from shop.orders.errors import (
    AgeNotConfirmed,
    CannotUndoOrder,
    DebtLimitReached,
    DepositCameBack,
    OrderAlreadyUndone,
    PriceChanged,
    SellerLacksFunds,
)
from shop.orders.pricing import Wanted
from shop.orders.service import Bought
from shop.sale_points.models import Listing
from shop.stock.queries import left
from shop.till import queries, returns
from shop.till.errors import CannotUndoReturn, NoDeposit, ReturnAlreadyUndone
from shop.till.service import sell_for_cash, sell_to_member
from tests.base import MoneyTestCase
from tests.cast import PIN, balance, gbp, person, sent

from .goods import a_product, a_sale_point, a_seller, bought, order_of


def a_till(*variants: Variant, pin: str = SalePoint.Pin.NEVER) -> SalePoint:
    till = a_sale_point("Bar", kind=SalePoint.Kind.TILL)
    SalePoint.objects.filter(pk=till.pk).update(pin=pin)
    till.refresh_from_db()
    for variant in variants:
        Listing.objects.get_or_create(sale_point=till, product=variant.product)
    return till


class TheTill(MoneyTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice, self.cass, self.seller = person("alice"), person("cass"), a_seller()
        self.deposit = a_product("Bottle", "0.25", kind="deposit")
        self.mate = a_product(deposit=self.deposit, stock=30)
        self.till = a_till(self.mate)

    def cash(
        self,
        quantity: int = 1,
        variant: Variant | None = None,
        *,
        shown: str = "1000",
        key: UUID | None = None,
        id_was_seen: bool = False,
        by: User | None = None,
    ) -> Bought:
        return sell_for_cash(
            cashier=by or self.cass,
            till=self.till,
            wanted=[Wanted(variant or self.mate, quantity)],
            shown=gbp(shown),
            key=key or uuid4(),
            id_was_seen=id_was_seen,
        )

    def member(
        self,
        member: User | None = None,
        *,
        quantity: int = 1,
        pin: str = "",
        shown: Money | None = None,
        by: User | None = None,
        key: UUID | None = None,
    ) -> Bought:
        return sell_to_member(
            cashier=by or self.cass,
            till=self.till,
            member=wallet_of(member or self.alice),
            wanted=[Wanted(self.mate, quantity)],
            shown=shown or gbp("1000"),
            key=key or uuid4(),
            pin=pin,
            id_was_seen=False,
        )

    def back(
        self,
        quantity: int = 1,
        target: Wallet | None = None,
        *,
        by: User | None = None,
        key: UUID | None = None,
        sale_point: SalePoint | None = None,
        variant: Variant | None = None,
    ) -> DepositReturn:
        return returns.give_back(
            by=by or self.cass,
            sale_point=sale_point or self.till,
            variant=variant or self.deposit,
            quantity=quantity,
            target=target or self.drawer,
            key=key or uuid4(),
        )

    @property
    def drawer(self) -> Wallet:
        return drawer_of(self.cass, "GBP")

    def in_drawer(self) -> Money:
        return -balance_of(self.drawer)

    def frozen(self, user: User) -> None:
        User.objects.filter(pk=user.pk).update(frozen=True)


class ACashSale(TheTill):
    def test_is_one_purchase_out_of_the_drawer(self) -> None:
        order = order_of(self.cash(2))
        self.assertEqual((self.in_drawer(), order.total), (gbp("2.90"), gbp("2.90")))
        self.assertEqual((order.buyer, order.buyer_wallet, order.maker), (self.cass, self.drawer, self.cass))
        self.assertEqual(balance_of(wallet_of(self.seller)), gbp("2.90"))
        self.assertEqual(balance(self.cass), gbp("1000"))
        self.assertTrue(TillSale.objects.get(order=order).is_cash)

    def test_is_made_once_for_a_key(self) -> None:
        key = uuid4()
        first, second = self.cash(key=key), self.cash(key=key)
        self.assertEqual((first.orders, second.repeated), (second.orders, True))
        self.assertEqual((self.in_drawer(), TillSale.objects.count()), (gbp("1.45"), 1))

    def test_costs_no_more_than_was_shown(self) -> None:
        with self.assertRaises(PriceChanged):
            self.cash(shown="1.44")
        self.assertEqual(self.in_drawer(), gbp("0"))

    @override_settings(CASH_PER_TAKING="5 GBP", CASH_PER_DAY="6 GBP")
    def test_keeps_the_limits_of_a_cashier_at_once_and_in_a_day(self) -> None:
        with self.assertRaisesRegex(OverCashLimit, "£5"):
            self.cash(4)
        self.cash(3)
        with self.assertRaisesRegex(OverCashLimit, "£6"):
            self.cash(2)
        self.assertEqual((self.in_drawer(), TillSale.objects.count()), (gbp("4.35"), 1))
        self.back(4)
        self.cash(1)
        self.assertEqual(left([self.mate.pk])[self.mate.pk][1], 26)

    @override_settings(CASH_PER_TAKING="5 GBP", CASH_PER_DAY="6 GBP")
    def test_under_a_key_that_sold_a_part_of_it_passes_no_limit(self) -> None:
        shirt, key = a_product("Shirt", "500", seller=a_seller("stage")), uuid4()
        a_till(shirt)
        self.cash(key=key)
        with self.assertRaises(KeyReused):
            sell_for_cash(
                cashier=self.cass,
                till=self.till,
                wanted=[Wanted(self.mate), Wanted(shirt)],
                shown=gbp("1.45"),
                key=key,
                id_was_seen=False,
            )
        self.assertEqual((self.in_drawer(), TillSale.objects.count()), (gbp("1.45"), 1))

    def test_is_no_longer_a_cashiers_who_lost_the_role_or_is_frozen(self) -> None:
        for user, refused in ((person("tess"), RoleMissing), (self.alice, RoleMissing)):
            with self.subTest(user), self.assertRaises(refused):
                self.cash(by=user)
        self.frozen(self.cass)
        with self.assertRaises(AccountFrozen):
            self.cash()
        with self.assertRaises(AccountFrozen):
            self.member()
        self.assertEqual(Order.objects.count(), 0)

    def test_asks_whether_an_id_was_seen_and_keeps_who_saw_it(self) -> None:
        beer = a_product("Beer", "3", minimum_age=16)
        a_till(beer)
        with self.assertRaisesRegex(AgeNotConfirmed, "16 or older"):
            self.cash(variant=beer)
        self.assertEqual(order_of(self.cash(variant=beer, id_was_seen=True)).age_confirmed_by, self.cass)
        self.assertIsNone(order_of(self.cash(id_was_seen=True)).age_confirmed_by)
        self.assert_refused("UPDATE shop_order SET age_confirmed_by_id = NULL")

    def test_is_undone_by_its_cashier_in_time_once(self) -> None:
        order = order_of(self.cash(2))
        with self.assertRaises(CannotUndoOrder):
            endings.undo(order=order, by=person("admin"), key=uuid4())
        endings.undo(order=order, by=self.cass, key=uuid4())
        with self.assertRaises(OrderAlreadyUndone):
            endings.undo(order=order, by=self.cass, key=uuid4())
        self.assertEqual((self.in_drawer(), left([self.mate.pk])[self.mate.pk][1]), (gbp("0"), 30))

    def test_is_not_undone_by_who_was_a_cashier(self) -> None:
        order = order_of(self.cash())
        User.objects.filter(pk=self.cass.pk).update(role="member")
        with self.assertRaises(RoleMissing):
            endings.undo(order=order, by=self.cass, key=uuid4())


class ASaleToAMember(TheTill):
    def test_takes_their_money_and_is_made_by_the_cashier(self) -> None:
        order = order_of(self.member(quantity=2))
        self.assertEqual((order.buyer, order.maker), (self.alice, self.cass))
        self.assertEqual((balance(self.alice), self.in_drawer()), (gbp("997.10"), gbp("0")))
        told = Notification.objects.get(user=self.alice, kind="bought_at_till")
        self.assertEqual((told.amount, told.actor, told.subject), (gbp("2.90"), self.cass, order.reference))

    def test_asks_the_pin_that_the_till_wants(self) -> None:
        self.till = a_till(pin=SalePoint.Pin.ALWAYS)
        for pin, refused in (("", PinMissing), ("111111", PinWrong)):
            with self.assertRaises(refused):
                self.member(pin=pin)
        self.member(pin=PIN)
        self.assertEqual(balance(self.alice), gbp("998.55"))

    def test_is_never_to_the_cashier_nor_to_who_is_frozen(self) -> None:
        with self.assertRaises(OwnAccount):
            self.member(self.cass)
        self.frozen(self.alice)
        with self.assertRaises(AccountFrozen):
            self.member()

    def test_ends_at_the_limit_of_the_member(self) -> None:
        shirt = a_product("Shirt", "1001")
        a_till(shirt)
        with self.assertRaises(DebtLimitReached):
            sell_to_member(
                cashier=self.cass,
                till=self.till,
                member=wallet_of(self.alice),
                shown=gbp("2000"),
                wanted=[Wanted(shirt)],
                key=uuid4(),
                pin="",
                id_was_seen=False,
            )
        self.assertEqual(TillSale.objects.count(), 0)

    def test_in_another_currency_costs_what_was_shown(self) -> None:
        carla = person("carla")
        order = order_of(self.member(carla, shown=Money.of("2", "EUR")))
        self.assertEqual((order.total, order.money.paid.code), (gbp("1.45"), "EUR"))

    def test_is_undone_by_the_member_or_the_cashier(self) -> None:
        first, second = order_of(self.member()), order_of(self.member())
        endings.undo(order=first, by=self.alice, key=uuid4())
        endings.undo(order=second, by=self.cass, key=uuid4())
        self.assertEqual(balance(self.alice), gbp("1000"))


class ADeposit(TheTill):
    def setUp(self) -> None:
        super().setUp()
        bought(self.alice, self.mate, quantity=10)
        self.of_alice = wallet_of(self.alice)

    def test_comes_back_in_cash_or_to_a_member_any_number_at_a_till(self) -> None:
        self.back(3)
        self.assertEqual(self.in_drawer(), gbp("-0.75"))
        self.back(5, wallet_of(person("bob")))
        self.assertEqual(balance(person("bob")), gbp("1001.25"))
        self.assertTrue(Notification.objects.filter(user=person("bob"), kind="deposit_back").exists())

    def test_comes_back_once_for_a_key_and_only_as_it_was(self) -> None:
        key = uuid4()
        self.assertEqual(self.back(2, key=key), self.back(2, key=key))
        with self.assertRaises(KeyReused):
            self.back(3, key=key)
        self.assertEqual((self.in_drawer(), DepositReturn.objects.count()), (gbp("-0.50"), 1))

    def test_is_given_back_by_nobody_to_themselves(self) -> None:
        for sale_point in (self.till, a_sale_point()):
            with self.assertRaises(OwnAccount):
                self.back(1, self.of_alice, by=self.alice, sale_point=sale_point)
            with self.assertRaises(OwnAccount):
                self.back(1, wallet_of(self.cass), sale_point=sale_point)
        self.assertEqual(DepositReturn.objects.count(), 0)

    def test_ends_the_undo_of_its_purchase(self) -> None:
        given, order = self.back(1, self.of_alice), Order.objects.get()
        with self.assertRaises(DepositCameBack):
            endings.undo(order=order, by=self.alice, key=uuid4())
        self.assert_refused("UPDATE shop_order SET status = 'undone'")
        self.assertEqual(balance(self.alice), gbp("985.75"))
        returns.undo(given=given, by=self.cass, key=uuid4())
        endings.undo(order=order, by=self.alice, key=uuid4())
        self.assertEqual(balance(self.alice), gbp("1000"))

    def test_of_another_purchase_leaves_the_undo(self) -> None:
        self.back(10, self.of_alice)
        order = order_of(bought(self.alice, self.mate, quantity=2))
        endings.undo(order=order, by=self.alice, key=uuid4())
        bought(self.alice, self.mate, quantity=2)
        order = order_of(bought(self.alice, self.mate, quantity=3))
        self.back(2, self.of_alice)
        endings.undo(order=order, by=self.alice, key=uuid4())  # three are still with her
        self.assertEqual(balance(self.alice), gbp("985.60"))

    def test_is_never_a_negative_number_nor_something_else(self) -> None:
        for quantity in (0, -1, -99, 100):
            with self.subTest(quantity), self.assertRaises(NotPositive):
                self.back(quantity)
        with self.assertRaises(NoDeposit):
            self.back(variant=self.mate)
        self.assertEqual(DepositReturn.objects.count(), 0)

    def test_is_taken_back_by_cashiers_alone(self) -> None:
        with self.assertRaises(RoleMissing):
            self.back(1, wallet_of(person("bob")), by=self.alice)
        with self.assertRaises(RoleMissing):
            self.back(1, drawer_of(person("tess"), "GBP"), by=person("tess"))
        self.frozen(self.cass)
        with self.assertRaises(AccountFrozen):
            self.back()

    @override_settings(CASH_PER_TAKING="1 GBP", CASH_PER_DAY="1.50 GBP")
    def test_is_within_the_limits_of_a_cashier_whoever_gets_it(self) -> None:
        with self.assertRaises(OverCashLimit):
            self.back(5)
        given = self.back(4)
        with self.assertRaises(OverCashLimit):
            self.back(3, wallet_of(person("bob")))
        returns.undo(given=given, by=self.cass, key=uuid4())
        self.back(3, wallet_of(person("bob")))
        self.assertEqual(self.in_drawer(), gbp("0"))

    @override_settings(CASH_PER_TAKING="2 GBP", CASH_PER_DAY="2 GBP")
    def test_of_every_seller_counts_for_the_same_limit_of_a_day(self) -> None:
        """Otherwise a cashier would pay for bottles that are not there as often as there are sellers."""
        stage = a_seller("stage")
        cup, mug = (
            a_product("Cup", "1", kind="deposit", seller=stage),
            a_product("Mug", "1", deposit=None, seller=stage),
        )
        bought(person("bob"), mug, quantity=5)
        self.back(4)
        self.back(1, variant=cup)
        with self.assertRaises(OverCashLimit):
            self.back(1, variant=cup)

    def test_is_not_paid_by_a_seller_without_money(self) -> None:
        with self.assertRaises(SellerLacksFunds):
            self.back(99)
        self.assertEqual(self.in_drawer(), gbp("0"))

    def test_is_undone_by_who_took_it_in_time_once(self) -> None:
        given = self.back(4, wallet_of(person("bob")))
        with self.assertRaises(CannotUndoReturn):
            returns.undo(given=given, by=person("admin"), key=uuid4())
        key = uuid4()
        returns.undo(given=given, by=self.cass, key=key)
        self.assertTrue(returns.undo(given=given, by=self.cass, key=key).repeated)
        with self.assertRaises(ReturnAlreadyUndone):
            returns.undo(given=given, by=self.cass, key=uuid4())
        self.assertEqual(balance(person("bob")), gbp("1000"))
        cash = self.back(1)
        returns.undo(given=cash, by=self.cass, key=uuid4())
        self.assertEqual(self.in_drawer(), gbp("0"))

    def test_that_was_spent_is_not_undone(self) -> None:
        given = self.back(4, wallet_of(person("bob")))
        sent(person("bob"), self.alice, "1001")
        with self.assertRaises(PayeeLacksFunds):
            returns.undo(given=given, by=self.cass, key=uuid4())

    def test_in_another_currency_is_converted(self) -> None:
        self.back(4, wallet_of(person("carla")))
        self.assertEqual(balance(person("carla")).minor, 117_000 + 117)

    def test_is_counted_where_its_stock_is(self) -> None:
        cup = a_product("Cup", "1", kind="deposit", stock=5)
        a_till(cup)
        given = self.back(2, variant=cup)
        self.assertEqual(left([cup.pk])[cup.pk][1], 7)
        returns.undo(given=given, by=self.cass, key=uuid4())
        self.assertEqual(left([cup.pk])[cup.pk][1], 5)


class TheDay(TheTill):
    def test_has_the_sums_of_a_cashier_without_what_was_undone(self) -> None:
        self.cash(2)
        self.member()
        endings.undo(order=order_of(self.cash()), by=self.cass, key=uuid4())
        self.back(1)
        self.back(2, wallet_of(person("bob")))
        returns.undo(given=self.back(4), by=self.cass, key=uuid4())
        self.cash(by=person("admin"))
        [day] = queries.takings(self.till, self.cass, midnight())
        self.assertEqual(
            (day.cash, day.members, day.back_in_cash, day.back_to_members, day.sales),
            (gbp("2.90"), gbp("1.45"), gbp("0.25"), gbp("0.50"), 2),
        )
        self.assertEqual(day.cash - day.back_in_cash, self.in_drawer())
        self.assertEqual(queries.takings(self.till, self.alice, midnight()), [])
