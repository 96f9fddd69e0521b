"""The system does what the model says in random steps; controls with a wrong model must fail."""

from __future__ import annotations

import os

from django.test import override_settings, tag
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.base import MoneyTestCase

from .books import CASH_PER_DAY, CASH_PER_TAKING, Asked, Books, Made, Transfer
from .machine import Machine

SUITE = settings(
    max_examples=12,
    stateful_step_count=120,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
QUICK = settings(SUITE, max_examples=6)
LONG = settings(SUITE, max_examples=100, stateful_step_count=200, derandomize=False, print_blob=True)
UNSHRUNK = settings(SUITE, phases=[Phase.generate], report_multiple_bugs=False)  # any failure will do
SEARCHES = {"quick": QUICK, "long": LONG, "unshrunk": UNSHRUNK}
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "quick")
LEAST_SEARCHES, MOST_SEARCHES = 3 if PROFILE == "slow" else 1, 15

MUST_BE_MET = {  # refusals that must occur, otherwise the run proves too little
    *("InsufficientFunds", "PayeeLacksFunds", "AlreadyUndone", "CannotUndo", "CannotRefund", "MoreThanPaid"),
    *("HoldHasEnded", "MoreThanHeld", "RequestIsClosed", "OverTheDailyCap", "AccountFrozen", "KeyReused"),
    *("NotPositive", "ToOneself", "TooSmallToConvert", "OwnAccount", "OverCashLimit"),
}
VERBS = {
    *("quote", "confirm", "ask", "quote_request", "decline", "cancel", "top_up", "take_cash", "undo", "refund"),
    *("place", "capture", "release", "expire_holds", "pay_many"),
}


# Low limits, so that both are reached within the steps of one example.
LIMITS = override_settings(CASH_PER_TAKING=f"{CASH_PER_TAKING}.00 GBP", CASH_PER_DAY=f"{CASH_PER_DAY}.00 GBP")


@LIMITS
class TheSystem(MoneyTestCase):
    def test_does_what_the_model_says(self) -> None:
        """Searches until every verb has succeeded and every refusal of MUST_BE_MET has occurred, at most 15 times.

        One search may not suffice: what Hypothesis draws depends, among other things, on the constants in the modules
        that are loaded. The quick profile searches once and does not insist.
        """
        Machine.met.clear()
        for number in range(1 if PROFILE == "quick" else MOST_SEARCHES):
            machine = Machine if PROFILE == "long" else seed(number)(type("Machine", (Machine,), {}))
            run_state_machine_as_test(machine, settings=SEARCHES.get(PROFILE, SUITE))
            if number + 1 >= LEAST_SEARCHES and not self.missing:
                break
        if PROFILE != "quick":  # the quick search is too short to meet everything
            self.assertEqual(self.missing, set())
        if PROFILE == "long":
            for (verb, answer), count in sorted(Machine.met.items()):
                print(f"{count:8,} {verb}: {answer}")
            print(f"{Machine.met.total():8,} operations, compared after each")

    @property
    def missing(self) -> set[str]:
        done = {verb for verb, answer in Machine.met if answer == "done"}
        return (VERBS - done) | (MUST_BE_MET - {answer for _, answer in Machine.met})


class ForgetsHolds(Books):
    def held(self, name: str) -> int:
        return 0


class ForgetsWhatWasRefunded(Books):
    def _book(self, asked: Asked) -> None:
        super()._book(asked)
        if asked.refunds:
            self.transfers[asked.refunds].given_back = 0
            self.transfers[asked.refunds].came_back = 0


class ForgetsDeclines(Books):
    def _posted(self, made: Made, asked: Asked) -> Transfer:
        transfer = super()._posted(made, asked)
        if not transfer.is_booked:
            del self.transfers[made]
        return transfer


class ForgetsKeys(Books):
    def _posted(self, made: Made, asked: Asked) -> Transfer:
        self.transfers.pop(made, None)
        return super()._posted(made, asked)


class RoundsTheOtherWay(Books):
    def _move(self, source: str, target: str, paid: int, received: int) -> None:
        super()._move(source, target, paid, received + (paid != received))


@LIMITS
class AWrongModel(MoneyTestCase):
    """The control: the machine must fail where model and system differ."""

    def test_is_found_out(self) -> None:
        self.assert_found_out(ForgetsHolds)

    @tag("slow")
    def test_is_found_out_whatever_is_wrong(self) -> None:
        for wrong in (ForgetsWhatWasRefunded, ForgetsDeclines, ForgetsKeys, RoundsTheOtherWay):
            with self.subTest(wrong.__name__):
                self.assert_found_out(wrong)

    def assert_found_out(self, wrong: type[Books]) -> None:
        machine = type(wrong.__name__, (Machine,), {"model": wrong})
        with self.assertRaises(AssertionError):
            run_state_machine_as_test(machine, settings=UNSHRUNK)
