"""The table of results: the count that was reached, its goal, and the violations."""

from __future__ import annotations

from collections.abc import Sequence

from .attacks import Outcome
from .figure import Result

MOST_SHOWN = 5


def as_text(outcomes: Sequence[Outcome]) -> str:
    lines = [f"{'figure':80}  {'N reached':>20}  {'N of --full':>11}  {'violations':>10}  result"]
    lines += [_line(outcome) for outcome in outcomes]
    for outcome in outcomes:
        lines += outcome.remarks("VIOLATION", outcome.result.violations[:MOST_SHOWN] if outcome.result else [])
    return "\n".join(lines)


def as_json(outcomes: Sequence[Outcome]) -> list[dict[str, object]]:
    return [
        outcome.as_json(
            goal=outcome.figure.goal,
            reached=outcome.result.reached if outcome.result else None,
            violations=outcome.result.violations if outcome.result else None,
        )
        for outcome in outcomes
    ]


def is_broken(outcomes: Sequence[Outcome]) -> bool:
    return any(outcome.result and outcome.result.violations for outcome in outcomes)


def _line(outcome: Outcome) -> str:
    figure, result = outcome.figure, outcome.result
    what = f"{figure.id:5}{figure.what}"
    if result is None:
        return f"{what:80}  not measured: {outcome.reason}"
    reached = f"{result.reached:,} {figure.unit}"
    return f"{what:80}  {reached:>20}  {figure.goal:11,}  {len(result.violations):10,}  {_result(figure.goal, result)}"


def _result(goal: int, result: Result) -> str:
    if result.violations:
        return "BROKEN"
    if not result.reached:
        return "nothing was reached: no result"
    return "held" if result.reached >= goal else "held as far as it went"
