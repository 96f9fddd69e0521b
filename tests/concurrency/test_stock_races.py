"""Stock-takes amid sales. A control says what a simpler stock-take would have found."""

from __future__ import annotations

import threading

from django.db import connection, transaction
from django.db.models import Sum

from shop.models import StockMove, StockTake, Variant
from shop.stock import counting
from shop.stock.queries import left
from tests.base import MoneyTestCase
from tests.cast import person
from tests.patience import times
from tests.shop.goods import a_product, bought

from .crowd import at_once


class StockTakes(MoneyTestCase):
    START, MISSING = 100_000, 1

    def test_during_sales_find_what_is_missing_and_no_more(self) -> None:
        naive_was_wrong = 0
        for strict in (True, False):
            mate = a_product(f"Mate {strict}", "0.01", stock=self.START, strict=strict)
            there = self.START
            for _ in range(times(1, 10, 100)):
                difference, naive = self.counted_during_sales(mate)
                self.assertEqual(difference, -self.MISSING)
                naive_was_wrong += naive != -self.MISSING
                there -= times(40, 200) + self.MISSING
                self.assertEqual(left([mate.pk])[mate.pk][1], there)
        self.assertGreater(naive_was_wrong, 0)  # the control: comparing with what is left at the end is wrong

    def counted_during_sales(self, mate: Variant) -> tuple[int, int]:
        """A stock-take that begins amid the sales, and is typed amid them. What it and a naive one find is missing."""
        each, threads = times(40, 200) // 8, 8
        begun, some_sold = threading.Event(), threading.Semaphore(0)
        found: list[int] = []
        tess = person("tess")

        def buy() -> None:
            for number in range(each):
                bought(person("alice"), mate)
                some_sold.release()
                if number == each // 2:
                    begun.wait(20)  # the other half is sold after the stock-take began

        def take() -> None:
            for _ in range(threads):
                some_sold.acquire(timeout=20)
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                made = counting.begin(by=tess)  # of the same snapshot as what is read next
                gone = StockMove.objects.filter(variant=mate).aggregate(sum=Sum("change"))["sum"]
            begun.set()
            counted = gone - self.MISSING
            for _ in range(threads):
                some_sold.acquire(timeout=20)
            naive = counted - left([mate.pk])[mate.pk][1]
            stored = counting.count(StockTake.objects.get(pk=made.pk), mate, counted, by=tess)
            found.extend((stored.difference, naive))

        self.assertEqual(at_once([*[buy] * threads, take]), {"done": threads + 1})
        return found[0], found[1]
