"""Stock: how it is counted, deliveries and waste, and stock-takes that are right while people buy."""

from __future__ import annotations

from uuid import uuid4

from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from ledger import audit
from shop.models import StockCount, StockMove, StockTake
from shop.stock import counting
from shop.stock.errors import CountedBefore, CountedSince, MoreSoldSince
from shop.stock.queries import left, moved_since
from shop.stock.service import count, move, settle_all
from tests.base import MoneyTestCase
from tests.cast import person
from tests.runner import as_owner

from .goods import a_product, a_seller, bought


class AStockTake(MoneyTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice, self.tess = person("alice"), person("tess")

    def test_takes_off_what_is_sold_after_it_began(self) -> None:
        for strict in (True, False):
            with self.subTest(strict=strict):
                mate = a_product(f"Mate {strict}", stock=10, strict=strict)
                bought(self.alice, mate)
                begun = counting.begin(by=self.tess)
                bought(self.alice, mate, quantity=2)
                if not strict:
                    settle_all()
                self.assertEqual(moved_since(begun, [mate.pk]), {mate.pk: -2})
                counted = counting.count(begun, mate, 8, by=self.tess)  # 9 should have been there: one is missing
                self.assertEqual((counted.expected, counted.difference), (9, -1))
                self.assertEqual(left([mate.pk])[mate.pk][1], 6)

    def test_counts_a_variant_once(self) -> None:
        mate = a_product(stock=10)
        begun = counting.begin(by=self.tess)
        for _ in range(2):
            counting.count(begun, mate, 7, by=self.tess)
        with self.assertRaises(CountedBefore):
            counting.count(begun, mate, 8, by=self.tess)
        self.assertEqual(left([mate.pk])[mate.pk][1], 7)
        self.assertEqual(StockMove.objects.filter(reason="count").count(), 1)

    def test_that_began_before_another_counted_is_refused(self) -> None:
        mate = a_product(stock=10)
        one, two = counting.begin(by=self.tess), counting.begin(by=person("admin"))
        counting.count(one, mate, 9, by=self.tess)
        with self.assertRaises(CountedSince):
            counting.count(two, mate, 9, by=person("admin"))
        self.assertEqual(left([mate.pk])[mate.pk][1], 9)
        counting.count(counting.begin(by=self.tess), mate, 8, by=self.tess)
        self.assertEqual(left([mate.pk])[mate.pk][1], 8)

    def test_of_a_strict_stock_never_ends_below_zero(self) -> None:
        mate = a_product(stock=10)
        begun = counting.begin(by=self.tess)
        bought(self.alice, mate, quantity=5)
        with self.assertRaises(MoreSoldSince):
            counting.count(begun, mate, 4, by=self.tess)
        self.assertEqual((left([mate.pk])[mate.pk][1], StockCount.objects.count()), (5, 0))

    def test_of_a_right_number_moves_nothing(self) -> None:
        mate = a_product(stock=10)
        counting.count(counting.begin(by=self.tess), mate, 10, by=self.tess)
        self.assertEqual((StockCount.objects.count(), StockMove.objects.filter(reason="count").count()), (1, 0))

    def test_is_of_its_own_moment_whatever_the_web_role_says(self) -> None:
        mate = a_product(stock=10)
        StockTake.objects.create(made_by=self.tess, snapshot="1:1:", newest_move=10**9)
        begun = StockTake.objects.get()
        self.assertEqual(counting.expected_at(begun, mate.pk), 10)
        for statement in ("DELETE FROM shop_stocktake", "UPDATE shop_stockcount SET counted = 1"):
            self.assert_refused(statement)
        with self.assertRaises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT shop_count(%s, %s, 1, 10, %s)", [begun.pk, mate.pk, self.tess.pk])

    def test_that_is_forged_is_found_by_the_audit(self) -> None:
        mate = a_product(stock=10)
        counting.count(counting.begin(by=self.tess), mate, 9, by=self.tess)
        name = connection.settings_dict["NAME"]
        off = "ALTER TABLE shop_stockcount DISABLE TRIGGER USER"
        for change in ("expected = expected + 1", "counted = counted + 1", "xid = '1'"):
            as_owner(name, [off, f"UPDATE shop_stockcount SET {change}"])
            self.assertTrue(any("stock-take" in str(breach) for breach in audit.breaches()), change)
            back = {"expected = expected + 1": "expected = 10", "counted = counted + 1": "counted = 9"}.get(change)
            as_owner(name, [f"UPDATE shop_stockcount SET {back}"] if back else [
                "UPDATE shop_stockcount c SET xid = m.xid FROM shop_stockmove m WHERE m.reason = 'count'"
            ])  # fmt: skip


class StockPages(MoneyTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(person("tess"))
        self.mate = a_product()
        self.address = reverse("staff:shop_variant_stock", args=[self.mate.reference])

    def test_begin_to_count_take_deliveries_and_waste_once(self) -> None:
        self.assertContains(self.client.get(self.address), "It is not counted")
        self.client.post(self.address, {"step": "how", "how-how": "strict"})
        delivery = {"step": "delivery", "delivery-many": "24", "delivery-note": "crate", "delivery-key": str(uuid4())}
        for _ in range(2):
            self.assertContains(self.client.post(self.address, delivery, follow=True), "crate")
        self.assertEqual(left([self.mate.pk]), {self.mate.pk: (True, 24)})
        waste = {"step": "waste", "waste-many": "25", "waste-key": str(uuid4())}
        self.assertContains(self.client.post(self.address, waste), "sold out", status_code=409)
        self.client.post(self.address, waste | {"waste-many": "4"})
        self.assertEqual(left([self.mate.pk]), {self.mate.pk: (True, 20)})
        for nonsense in ("-1", "0", "1.5", "x", "\u0661", ""):
            answer = self.client.post(self.address, delivery | {"delivery-many": nonsense, "delivery-key": uuid4()})
            self.assertTrue(answer.context["forms"]["delivery"].errors, nonsense)

    def test_count_everything_and_show_the_differences_afterwards(self) -> None:
        crisps = a_product("Crisps", "2", stock=5)
        count(self.mate, strict=False)
        move(self.mate, 10, "delivery", by=person("tess"), key=uuid4())
        answer = self.client.post(reverse("staff:shop_stock"), follow=True)
        page = answer.request["PATH_INFO"]
        self.assertNotContains(answer, "expected")
        bought(person("alice"), self.mate)
        self.assertContains(self.client.get(page), "Moved since then: -1")
        answer = self.client.post(page, {f"v{self.mate.pk}": "9", f"v{crisps.pk}": "x"})
        self.assertTrue(answer.context["form"].errors)
        self.assertFalse(StockCount.objects.exists())
        answer = self.client.post(page, {f"v{self.mate.pk}": "9", f"v{crisps.pk}": ""}, follow=True)
        self.assertContains(answer, "9 counted, 10 expected")
        self.assertContains(answer, "1 count was stored.")
        self.assertEqual(left([self.mate.pk, crisps.pk]), {self.mate.pk: (False, 8), crisps.pk: (True, 5)})

    def test_a_refused_count_is_shown_beside_its_field(self) -> None:
        count(self.mate, strict=True)
        move(self.mate, 10, "delivery", by=person("tess"), key=uuid4())
        page = self.client.post(self.address, {"step": "take"}, follow=True).request["PATH_INFO"]
        counting.count(counting.begin(by=person("admin")), self.mate, 9, by=person("admin"))
        answer = self.client.post(page, {f"v{self.mate.pk}": "9"})
        self.assertContains(answer, "Somebody else has counted this", status_code=409)

    def test_a_merchants_stock_take_is_of_its_own_goods(self) -> None:
        count(self.mate, strict=True)
        shirt = a_product("Shirt", "15", seller=a_seller("stage"), stock=3)
        of_staff = counting.begin(by=person("tess"))
        self.client.force_login(a_seller())
        page = self.client.post(reverse("shop:selling_stock"), follow=True)
        self.assertContains(page, "Club Mate")
        self.assertNotContains(page, "Shirt")
        self.client.post(page.request["PATH_INFO"], {f"v{shirt.pk}": "1"})
        self.assertFalse(StockCount.objects.exists())
        for page_of, reference in (("stock_take", of_staff.reference), ("variant_stock", shirt.reference)):
            self.assertEqual(self.client.get(reverse(f"shop:selling_{page_of}", args=[reference])).status_code, 404)
