"""The benchmark's results: no figure is rounded in its own favour, and what was not measured is never "reached"."""

from __future__ import annotations

from contextlib import nullcontext

from django.test import SimpleTestCase

from lab.bench import pgbench
from lab.bench.figure import Experiment, Figure, Goal, Outcome, Readings, result_of, shown, value_of
from lab.bench.table import Row, as_json, as_text, beside, rows_of
from lab.scratch import NotMeasured

RATIO = Figure("S1", "ours ÷ theirs", quantity="rate", over="ours", under="theirs", goal=Goal(">=", 0.65, 0.9))
TIME = Figure("S8", "time", quantity="rate", over="ours", under="theirs", goal=Goal("<=", 2.0))
CONFLICTS = Figure("S4", "conflicts", quantity="refused", over="ours", goal=Goal("<=", 0), may_be_zero=True, never=True)


def pairs(*rates: tuple[float, float]) -> list[dict[str, Readings]]:
    return [{"ours": {"rate": a, "count": 100, "refused": 0}, "theirs": {"rate": b, "count": 100}} for a, b in rates]


def row(figure: Figure, measured: list[dict[str, Readings]], *, failure: str = "") -> Row:
    outcome = Outcome(Experiment(figure.id, lambda plan: nullcontext({}), (figure,)), measured, failure)
    return next(rows_of([outcome]))


class Values(SimpleTestCase):
    def test_a_ratio_is_that_of_the_medians_and_its_range_that_of_the_pairs(self) -> None:
        value = value_of(RATIO, pairs((10, 20), (12, 10), (30, 40), (14, 30), (16, 25)))
        self.assertEqual((value.over, value.under, value.median), (14, 25, 14 / 25))
        self.assertEqual((value.lowest, value.highest), (14 / 30, 12 / 10))
        self.assertEqual((value.repeats, value.count), (5, 500))

    def test_a_zero_or_an_absent_side_is_no_measurement(self) -> None:
        broken: tuple[list[dict[str, Readings]], ...] = (
            [],
            pairs((0, 10)),
            pairs((10, 0)),
            pairs((10, float("inf"))),
            pairs((float("nan"), 1)),
            [{"ours": {"rate": 1, "count": 1}}],
            [{"ours": {"rate": 1, "count": 0}, "theirs": {"rate": 1, "count": 1}}],
            [{"ours": {"count": 1}, "theirs": {"rate": 1, "count": 1}}],
        )
        for measured in broken:
            with self.subTest(measured), self.assertRaises(NotMeasured):
                value_of(RATIO, measured)

    def test_a_count_may_be_zero_but_only_of_something(self) -> None:
        self.assertEqual(value_of(CONFLICTS, pairs(*[(1, 1)] * 5)).median, 0)
        with self.assertRaises(NotMeasured):
            value_of(CONFLICTS, [{"ours": {"refused": 0, "count": 0}}])


class Results(SimpleTestCase):
    def result(self, figure: Figure, ratio: float, repeats: int = 5) -> str:
        return result_of(figure, value_of(figure, pairs(*[(ratio, 1.0)] * repeats)))

    def test_just_below_is_short(self) -> None:
        self.assertEqual(self.result(RATIO, 0.649), "short by 0.00101")  # rounded up: it never looks smaller than it is
        self.assertEqual(self.result(RATIO, 0.6499999), "short by 0.000000101")

    def test_reached_and_how_far_the_next_goal_is(self) -> None:
        self.assertEqual(self.result(RATIO, 0.65), "reached; short of 0.9 by 0.250")
        self.assertEqual(self.result(RATIO, 0.9), "reached")

    def test_where_less_is_better(self) -> None:
        self.assertEqual(self.result(TIME, 2.0), "reached")
        self.assertEqual(self.result(TIME, 2.5), "short by 0.500")

    def test_what_may_never_happen_counts_by_its_worst_repeat(self) -> None:
        measured: list[dict[str, Readings]] = [
            {"ours": {"refused": refused, "count": 100}} for refused in (0, 0, 0, 2, 0)
        ]
        self.assertEqual(result_of(CONFLICTS, value_of(CONFLICTS, measured)), "short by 2.00")

    def test_few_repeats_reach_nothing(self) -> None:
        self.assertEqual(self.result(RATIO, 5.0, repeats=4), "too few repeats: 4 of at least 5")

    def test_shown_rounded_in_the_less_favourable_direction(self) -> None:
        self.assertEqual(shown(0.6499, up=False), "0.649")
        self.assertEqual(shown(1.3001, up=True), "1.31")
        self.assertEqual(shown(12345.6, up=False), "12,345")
        self.assertEqual(shown(0.65, up=False), "0.650")
        self.assertEqual(shown(0.0, up=True), "0")


class Tables(SimpleTestCase):
    def test_what_was_not_measured_says_why(self) -> None:
        absent = row(RATIO, [], failure="there is no pgbench")
        self.assertEqual(absent.result, "not measured: there is no pgbench")
        self.assertIn("not measured: there is no pgbench", as_text([absent]))
        self.assertIsNone(as_json([absent])[0]["value"])

    def test_interrupted_shows_what_there_is(self) -> None:
        self.assertEqual(row(RATIO, pairs((1, 1)), failure="interrupted").result[-13:], "(interrupted)")

    def test_a_zero_stands_beside_how_many_it_is_of(self) -> None:
        self.assertRegex(as_text([row(CONFLICTS, pairs(*[(1, 1)] * 5))]), r"S4 .* 0 +0–0 +5 × 100 +reached")

    def test_both_sides_are_told(self) -> None:
        self.assertEqual(beside([row(RATIO, pairs(*[(13, 20)] * 5))]), "S1  ours 13.0 ÷ theirs 20.0  (rate)")


class Pgbench(SimpleTestCase):
    REPORT = """number of transactions actually processed: 44897
number of failed transactions: {failed} (0.000%)
total number of retries: 85
tps = 15057.588224 (without initial connection time)
"""

    def test_its_report_is_read(self) -> None:
        self.assertEqual(
            pgbench.readings_of(self.REPORT.format(failed=0)), {"count": 44897, "rate": 15057.588224, "retries": 85}
        )

    def test_a_rate_with_lost_transactions_in_it_is_none(self) -> None:
        for report in (self.REPORT.format(failed=1), "", self.REPORT.replace("tps", "").format(failed=0)):
            with self.subTest(report), self.assertRaises(NotMeasured):
                pgbench.readings_of(report)
