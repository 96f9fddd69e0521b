"""Which files are mutated, and which tests must find the mistakes: those most likely to first, all at most once."""

from __future__ import annotations

from . import in_python, in_sql
from .mutant import PROJECT, Mutant

MODEL = "tests.model.test_machine.TheHouse"
LEDGER, HOLDS, SENDING = "tests.payments.test_ledger", "tests.payments.test_holds", "tests.payments.test_sending"
UNDOING, SEALS, RACES = (
    "tests.payments.test_topups_and_undo",
    "tests.payments.test_seals",
    "tests.concurrency.test_races",
)
PAST = "tests.payments.test_balances"
MONEY = ("tests.conversion.test_money", "tests.conversion.test_rates")

TESTS: dict[str, tuple[str, ...]] = {
    "payments/ledger.py": (LEDGER, HOLDS, UNDOING, SENDING, MODEL, RACES),
    "payments/db.py": (LEDGER, SENDING, RACES),
    "conversion/money.py": MONEY,
    "conversion/rates.py": MONEY,
    "conversion/parsing.py": MONEY,
    "payments/services/exchange.py": (SENDING, HOLDS, UNDOING),
    "payments/chain.py": (SEALS,),
    "payments/sql/2_transfers.sql": (LEDGER, HOLDS, UNDOING, SENDING, MODEL),
    "payments/sql/3_holds.sql": (HOLDS, LEDGER, MODEL),
    "payments/sql/4_balances.sql": (HOLDS, LEDGER, MODEL),
}


def all_mutants() -> list[Mutant]:
    return [mutant for path in TESTS for mutant in mutants_of(path)]


def mutants_of(path: str) -> list[Mutant]:
    makers = in_sql if path.endswith(".sql") else in_python
    return makers.mutants_of(path, (PROJECT / path).read_text())


def module_of(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")
