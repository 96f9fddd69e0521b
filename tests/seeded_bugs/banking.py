"""The seeded bugs of banks: deposits, withdrawals, and the JSON wallet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from accounts.people.roles import STAFF
from conversion.money import Money
from ledger.wallets import system_wallet
from payments.holds import service as holds
from treasury.deposits import service as deposits
from treasury.deposits.kinds import DEPOSIT
from treasury.json_wallet import numbers as json_numbers
from treasury.json_wallet import service as json_wallet
from treasury.withdrawals import endings, filing
from treasury.withdrawals import service as withdrawals

from .planting import Bug, in_sql, patched

DEPOSITS, JSON_WALLET, WITHDRAWALS, FILES = (
    f"tests.treasury.test_{name}" for name in ("deposits", "json_wallet", "withdrawals", "payout_files")
)


def _reference_of_each_wallet(right: Any) -> Any:
    """The key of a deposit that also depends on its wallet, so that a reference is booked once in each."""

    def deposit(**asked: Any) -> Any:
        of_wallet = f"{asked['wallet'].pk}/{asked['reference']}"
        return right(**asked | {"reference": of_wallet})

    return deposit


def _from_nowhere(right: Any) -> Any:
    """A deposit that comes out of the system's grants, so that the bank owes nothing."""

    def post(instruction: Any, **by: Any) -> Any:
        if instruction.kind == DEPOSIT:
            (leg,) = instruction.legs
            grants = system_wallet("grants", leg.amount.code)
            instruction = replace(instruction, legs=(replace(leg, source=grants),))
        return right(instruction, **by)

    return post


def _returned_from_nowhere(right: Any) -> Any:
    """A returned withdrawal that comes out of the system's grants, so that the bank still owes what it sent back."""

    def post(instruction: Any, **by: Any) -> Any:
        (leg,) = instruction.legs
        grants = system_wallet("grants", leg.amount.code)
        return right(replace(instruction, legs=(replace(leg, source=grants),)), **by)

    return post


def _of_this_file_alone(right: Any) -> Any:
    """What one person pays out alone, counted anew for each file."""

    return lambda by, unit: Money(0, unit)


def _holds_left_open(right: Any) -> Any:
    return lambda instructions, **by: right([replace(each, hold=None) for each in instructions], **by)


def _with_that_of_withdrawals(right: Any) -> Any:
    return type("Every", (), {"values": [*right.values, "withdrawal"], "TWO_STEP": right.TWO_STEP})


def _by_a_float(right: Any) -> Any:
    """The amount as a float times a hundred, cut off: 1.15 is 114.99999999999999 pence then."""

    def amount_in(value: Any, unit: Any) -> Any:
        money = right(value, unit)
        return replace(money, minor=int(float(value) * 10**unit.exponent))

    return amount_in


BUGS: dict[str, Bug] = {
    "reference_unique_for_each_wallet": Bug(
        "a bank's reference is booked once in each wallet, and not once",
        patched(deposits, "deposit", _reference_of_each_wallet),
        (DEPOSITS,),
    ),
    "deposit_without_bank_entry": Bug(
        "a deposit is not taken from the bank's wallet", patched(deposits, "post", _from_nowhere), (DEPOSITS,)
    ),
    "cap_of_a_bank_not_counted": Bug(
        "a bank's deposit does not count against its daily cap",
        in_sql(("SET day = today, counted_minor = p_amount + CASE", "SET day = today, counted_minor = CASE")),
        (DEPOSITS,),
    ),
    "payout_account_usable_at_once": Bug(
        "a bank account that was added a moment ago can be used",
        patched(withdrawals, "_require_usable", lambda right: lambda account, now: None),
        (WITHDRAWALS,),
    ),
    "approval_by_any_of_staff": Bug(
        "every role of staff approves withdrawals",
        patched(withdrawals, "TREASURY", lambda right: STAFF),
        (WITHDRAWALS,),
    ),
    "own_withdrawal_sent_to_the_bank": Bug(
        "who makes the file may be the member in it",
        patched(filing, "require_may_move", lambda right: lambda asker, **more: right(asker, roles=more["roles"])),
        (FILES,),
    ),
    "four_eyes_for_each_file": Bug(
        "what one person pays out alone is counted for each file, and not for the day",
        patched(filing, "_alone_until_now", _of_this_file_alone),
        (FILES,),
    ),
    "hold_left_open_by_its_file": Bug(
        "a file books its withdrawals and captures no hold",
        patched(filing, "post_all", _holds_left_open),
        (FILES,),
    ),
    "returned_from_nowhere": Bug(
        "a withdrawal that comes back is not taken from the bank's wallet",
        patched(endings, "post", _returned_from_nowhere),
        (WITHDRAWALS,),
    ),
    "hold_of_a_withdrawal_is_a_hold": Bug(
        "the worker lets the hold of a withdrawal expire",
        patched(holds, "Purpose", _with_that_of_withdrawals),
        (WITHDRAWALS,),
    ),
    "step_of_a_withdrawal_not_told": Bug(
        "programs do not hear that a withdrawal was approved or paid",
        in_sql(
            (
                "WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION treasury_tell_of_withdrawal",
                "WHEN (false) EXECUTE FUNCTION treasury_tell_of_withdrawal",
            )
        ),
        ("tests.api.test_withdrawals",),
    ),
    "amount_through_a_float": Bug(
        "an amount of the JSON wallet is calculated as a float",
        patched(json_numbers, "amount_in", _by_a_float),
        (JSON_WALLET,),
    ),
    "unpinned_not_counted": Bug(
        "what is paid without the PIN is not counted",
        patched(json_wallet, "_count_unpinned", lambda right: lambda *about, counts: None),
        (JSON_WALLET,),
    ),
}
