"""Prepared statements: planned once for each connection, and answered as if they were planned each time."""

from __future__ import annotations

from django.db import connection, transaction

from ledger.prepared import Prepared
from tests.base import MoneyTestCase

SUM = Prepared("sum_for_tests", "SELECT $1::int + $2::int + $1::int")


class APreparedQuestion(MoneyTestCase):
    def test_is_answered_for_other_values_each_time(self) -> None:
        self.assertEqual([SUM.rows(1, 2), SUM.rows(10, 5)], [[(4,)], [(25,)]])

    def test_is_prepared_nowhere_behind_a_pooler(self) -> None:
        connection.close()
        with self.settings(DATABASE_POOLED=True), self.assertNumQueries(2):
            self.assertEqual([SUM.rows(1, 2), SUM.rows(10, 5)], [[(4,)], [(25,)]])

    def test_is_prepared_once_for_each_connection(self) -> None:
        connection.close()
        with self.assertNumQueries(3):
            SUM.rows(1, 2)
            SUM.rows(1, 2)
        connection.close()
        with self.assertNumQueries(2):
            self.assertEqual(SUM.rows(1, 2), [(4,)])

    def test_outlives_a_transaction_that_is_rolled_back(self) -> None:
        connection.close()
        with transaction.atomic():
            SUM.rows(1, 2)
            transaction.set_rollback(True)
        self.assertEqual(SUM.rows(1, 2), [(4,)])

    def test_has_one_plan_for_all_values(self) -> None:
        SUM.rows(1, 2)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE name = 'sum_for_tests'"
            )
            generic, custom = cursor.fetchone()
        self.assertGreater(generic, 0)
        self.assertEqual(custom, 0)
