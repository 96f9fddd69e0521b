"""The benchmark's runner: sides are measured in turn, a failed experiment stops no other, Ctrl-C keeps results.

Also the arguments of `manage.py bench`: figures and sizes that do not exist are refused.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from django.core.management.base import CommandError
from django.test import SimpleTestCase

from lab.bench.figure import Experiment, Figure, Plan, Readings, Side
from lab.bench.figures import ALL
from lab.bench.runner import Runner
from lab.management.commands.bench import SIZES, plan_of
from lab.scratch import NotMeasured
from lab.scratch.command import chosen

PLAN = Plan(repeats=3, seconds=0.1, entries=10_000, seed=1, place=Path("/nonexistent"))


class Turns(SimpleTestCase):
    def setUp(self) -> None:
        self.calls: list[str] = []

    def experiment(self, name: str, *, a: Callable[[], None] = lambda: None) -> Experiment:
        def side(label: str, act: Callable[[], None] = lambda: None) -> Side:
            def measure() -> Readings:
                self.calls.append(label)
                act()
                return {"rate": 1.0, "count": 1}

            return measure

        @contextlib.contextmanager
        def opened(plan: Plan) -> Iterator[dict[str, Side]]:
            self.calls.append("open")
            try:
                yield {"a": side("a", a), "b": side("b")}
            finally:
                self.calls.append("closed")

        return Experiment(name, opened, (Figure(name, "a ÷ b", quantity="rate", over="a", under="b"),))

    def run_all(self, *experiments: Experiment) -> Runner:
        runner = Runner(PLAN, say=lambda text: None)
        runner.run(experiments)
        return runner

    def failing(self, error: BaseException, *, at: int) -> Callable[[], None]:
        def act() -> None:
            if self.calls.count("a") == at:
                raise error

        return act

    def test_sides_alternate(self) -> None:
        runner = self.run_all(self.experiment("S1"))
        self.assertEqual(self.calls, ["open", *["a", "b"] * 3, "closed"])
        self.assertEqual(len(runner.outcomes[0].pairs), 3)

    def test_half_a_pair_does_not_count_and_the_next_experiment_goes_on(self) -> None:
        for error in (NotMeasured("no peer"), ZeroDivisionError("division")):
            with self.subTest(error):
                self.calls.clear()
                runner = self.run_all(self.experiment("S1", a=self.failing(error, at=2)), self.experiment("S2"))
                first, second = runner.outcomes
                self.assertEqual((len(first.pairs), len(second.pairs)), (1, 3))
                self.assertIn(str(error), first.failure)
                self.assertEqual(bool(first.traceback), isinstance(error, ZeroDivisionError))
                self.assertEqual(self.calls.count("closed"), 2)

    def test_ctrl_c_closes_and_keeps_what_there_is(self) -> None:
        runner = self.run_all(self.experiment("S1", a=self.failing(KeyboardInterrupt(), at=3)), self.experiment("S2"))
        self.assertTrue(runner.interrupted)
        self.assertEqual([len(outcome.pairs) for outcome in runner.outcomes], [2])
        self.assertEqual(self.calls[-1], "closed")


class WhatIsAskedFor(SimpleTestCase):
    def plan(
        self,
        *,
        repeats: int | None = None,
        seconds: float | None = None,
        size: str | None = None,
        full: bool = False,
    ) -> Plan:
        return plan_of(place=Path("/nonexistent"), repeats=repeats, seconds=seconds, size=size, full=full, seed=1)

    def test_an_unknown_figure_says_which_there_are(self) -> None:
        with self.assertRaisesMessage(CommandError, "There is no S99. There are S1, S2, S3, "):
            chosen("S1,S99", ALL)

    def test_an_unknown_size_says_which_there_are(self) -> None:
        with self.assertRaisesMessage(CommandError, "There is no size 5M. There are 10k, 100k, 1M, 10M."):
            self.plan(size="5M")

    def test_nonsense_is_refused(self) -> None:
        for wanted in ({"repeats": 0}, {"repeats": -1}, {"seconds": 0.0}, {"seconds": float("nan")}):
            with self.subTest(wanted), self.assertRaises(CommandError):
                self.plan(**wanted)

    def test_some_or_all(self) -> None:
        self.assertEqual([experiment.id for experiment in chosen(" s5, S1", ALL)], ["S1", "S5"])
        named = [experiment.id for experiment in chosen("", ALL)]
        of_events, of_the_shop = ["D1", "D3", "D4", "D7", "D10", "D11"], ["H2", "H4", "H5"]
        self.assertEqual(named, [*(f"S{n}" for n in range(1, 14)), *of_events, *of_the_shop])

    def test_full_is_more(self) -> None:
        self.assertEqual(self.plan(full=True).entries, SIZES["10M"])
        self.assertGreater(self.plan(full=True).repeats, self.plan().repeats)
        self.assertEqual(self.plan(full=True, size="100k", repeats=5).entries, SIZES["100k"])

    def test_every_figure_names_sides_by_its_own_experiment(self) -> None:
        for experiment in ALL:
            with self.subTest(experiment.id):
                self.assertEqual({figure.id for figure in experiment.figures}, {experiment.id})
