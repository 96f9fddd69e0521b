"""Which files are mutated, and which tests must find the mistakes: the tests most likely to find them come first."""

from __future__ import annotations

from . import in_python, in_sql
from .mutant import PROJECT, Mutant

MODEL, TWINS = "tests.model.test_machine.TheSystem", "tests.ledger.test_twins"
LEDGER, SENDING = "tests.ledger.test_ledger", "tests.payments.test_sending"
HOLDS = "tests.payments.test_holds", "tests.payments.test_refunds", "tests.payments.test_merchants"
UNDOING, ASKING = "tests.payments.test_topups_and_undo", "tests.payments.test_requests"
ROWS, PLACING = "tests.ledger.test_rows", "tests.ledger.test_placing"
RULES, STANDING = "tests.ledger.test_rules", "tests.payments.test_standing"
TWO_PEOPLE = "tests.treasury.test_two_people"
POSTING, BALANCES = "tests.ledger.test_posting", "tests.ledger.test_balances"
CHAIN, SEALS = "tests.ledger.test_chain", "tests.ledger.test_seals"
DATABASE = "tests.ledger.test_transactions"
MONEY, RATES = "tests.conversion.test_money", "tests.conversion.test_rates"

TESTS: dict[str, tuple[str, ...]] = {
    "ledger/posting.py": (LEDGER, SENDING, *HOLDS, UNDOING, MODEL, STANDING),
    "ledger/holds.py": (PLACING, *HOLDS, MODEL, STANDING),
    "ledger/wallets.py": (LEDGER, BALANCES, SENDING, *HOLDS, UNDOING, MODEL),
    "ledger/transactions.py": (DATABASE, SENDING),
    "conversion/money.py": (MONEY, RATES),
    "conversion/rates.py": (f"{RATES}.TheTable", f"{RATES}.WhatItCosts", RATES),
    "conversion/parsing.py": (MONEY,),
    "ledger/exchange.py": (SENDING, ASKING, *HOLDS),
    "ledger/chain.py": (CHAIN, SEALS),
    "accounts/people/standing.py": (STANDING, TWO_PEOPLE),
    "accounts/people/sql/standing.sql": (STANDING, TWO_PEOPLE, LEDGER),
    "ledger/sql/2_rules.sql": (RULES, ROWS, POSTING, PLACING, LEDGER, *HOLDS, MODEL),
    "ledger/sql/2_steps.sql": (POSTING, ROWS, SENDING, LEDGER, *HOLDS, UNDOING, MODEL, TWINS),
    "ledger/sql/2_transfers.sql": (POSTING, ROWS, SENDING, LEDGER, *HOLDS, UNDOING, MODEL, TWINS),
    "ledger/sql/3_holds.sql": (PLACING, ROWS, *HOLDS, LEDGER, MODEL),
    "ledger/sql/4_balances.sql": (BALANCES, ROWS, *HOLDS, LEDGER, MODEL),
}


def all_mutants() -> list[Mutant]:
    return [mutant for path in TESTS for mutant in mutants_of(path)]


def mutants_of(path: str) -> list[Mutant]:
    makers = in_sql if path.endswith(".sql") else in_python
    return makers.mutants_of(path, (PROJECT / path).read_text())


def module_of(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")
