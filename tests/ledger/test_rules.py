"""The ledger's rules: each is one SQL function, and PostgreSQL inlines it, so that it costs no call."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

from conversion.money import LARGEST_MINOR
from tests.base import MoneyTestCase
from tests.runner import owner_of

RULES = {
    "ledger_largest_amount",
    "ledger_is_amount",
    "ledger_row_changes",
    "ledger_leg_outcome",
    "ledger_lowest",
    "ledger_falls_short",
}


def asked(statement: str, *values: int | str | list[str] | None) -> list[tuple[Any, ...]]:
    """The rows of `statement`, run as the owner: only the owner may call the rules directly."""
    with owner_of(connection.settings_dict["NAME"]), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall()


class Rules(MoneyTestCase):
    def test_are_these(self) -> None:
        rules = asked(
            "SELECT proname FROM pg_proc p JOIN pg_language l ON l.oid = prolang"
            " WHERE proname LIKE 'ledger\\_%' AND lanname = 'sql' AND provolatile = 'i'"
        )
        self.assertEqual({name for (name,) in rules}, RULES)

    def test_are_inlined_where_plpgsql_asks_them(self) -> None:
        """PL/pgSQL plans an expression with its variables as parameters, as PREPARE does. The plan holds no call."""
        for name, parameters in asked(
            "SELECT proname, proargtypes::regtype[]::text[] FROM pg_proc WHERE proname = ANY (%s)", list(RULES)
        ):
            with self.subTest(name):
                places = ", ".join(f"${place}" for place in range(1, len(parameters) + 1))
                types, nothing = ", ".join(parameters), ", ".join(["NULL"] * len(parameters))
                plan = self.plan_of(f"{name}({places})", types and f"({types})", nothing and f"({nothing})")
                self.assertNotIn("ledger_", plan)

    def plan_of(self, expression: str, types: str, values: str) -> str:
        with owner_of(connection.settings_dict["NAME"]), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
            cursor.execute(f"PREPARE rule {types} AS SELECT {expression}")
            cursor.execute(f"EXPLAIN (VERBOSE, COSTS OFF) EXECUTE rule {values}")
            return "\n".join(line for (line,) in cursor.fetchall())

    def test_have_the_largest_amount_that_python_has(self) -> None:
        self.assertEqual(asked("SELECT ledger_largest_amount()"), [(LARGEST_MINOR,)])

    def test_have_an_amount_from_one_to_the_largest(self) -> None:
        for minor, is_amount in (
            (None, None),
            (-1, False),
            (0, False),
            (1, True),
            (LARGEST_MINOR, True),
            (LARGEST_MINOR + 1, False),
        ):
            with self.subTest(minor):
                self.assertEqual(asked("SELECT ledger_is_amount(%s)", minor), [(is_amount,)])

    def test_name_the_first_reason_why_a_leg_cannot_move(self) -> None:
        for source, target, minor, outcome in (
            ((1, None), (1, None), 0, "no_such_wallet"),
            ((1, None), (2, "GBP"), 1, "no_such_wallet"),
            ((1, "GBP"), (2, None), 1, "no_such_wallet"),
            ((1, "GBP"), (1, "GBP"), 0, "same_wallet"),
            ((1, "GBP"), (2, "EUR"), 0, "wrong_currency"),
            ((1, "GBP"), (2, "GBP"), 0, "amount_out_of_range"),
            ((1, "GBP"), (2, "GBP"), None, "amount_out_of_range"),
            ((1, "GBP"), (2, "GBP"), 1, "booked"),
        ):
            with self.subTest(source=source, target=target, minor=minor):
                answer = asked("SELECT ledger_leg_outcome(%s, %s, %s, %s, %s)", *source, *target, minor)
                self.assertEqual(answer, [(outcome,)])

    def test_let_only_those_instructions_owe_that_may(self) -> None:
        floors = ((-10, True, -10), (-10, False, 0), (0, True, 0), (None, True, None), (None, False, None))
        for floor, may_owe, lowest in floors:
            with self.subTest(floor=floor, may_owe=may_owe):
                self.assertEqual(asked("SELECT ledger_lowest(%s, %s::boolean)", floor, str(may_owe)), [(lowest,)])

    def test_let_everything_be_spent_but_what_is_held_and_the_floor(self) -> None:
        for balance, held, floor, short in ((5, 5, 0, False), (4, 5, 0, True), (-5, 5, -10, False), (-6, 5, -10, True)):
            with self.subTest(balance=balance, held=held, floor=floor):
                self.assertEqual(asked("SELECT ledger_falls_short(%s, %s, %s)", balance, held, floor), [(short,)])
        self.assertEqual(asked("SELECT ledger_falls_short(-5, 0, NULL)"), [(None,)])
