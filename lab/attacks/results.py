"""The table of results: the number of checks, and the findings."""

from __future__ import annotations

from collections.abc import Sequence

from .figure import Result
from .runner import Outcome

MOST_SHOWN = 20


def as_text(outcomes: Sequence[Outcome], *, seed: int) -> str:
    lines = [f"{'figure':76}  {'N':>20}  {'seed':>6}  {'findings':>8}  result"]
    lines += [_line(outcome, seed) for outcome in outcomes]
    for outcome in outcomes:
        if outcome.result:
            lines += [f"{outcome.figure.id}  {note}" for note in outcome.result.notes]
            lines += [f"{outcome.figure.id}  FINDING: {finding}" for finding in outcome.result.findings[:MOST_SHOWN]]
    return "\n".join(lines)


def as_json(outcomes: Sequence[Outcome]) -> list[dict[str, object]]:
    return [
        {
            "figure": outcome.figure.id,
            "what": outcome.figure.what,
            "unit": outcome.figure.unit,
            "checks": outcome.result.checks if outcome.result else None,
            "findings": outcome.result.findings if outcome.result else None,
            "notes": outcome.result.notes if outcome.result else [outcome.reason],
            "took_s": round(outcome.took_s, 1),
        }
        for outcome in outcomes
    ]


def has_findings(outcomes: Sequence[Outcome]) -> bool:
    return any(outcome.result and outcome.result.findings for outcome in outcomes)


def _line(outcome: Outcome, seed: int) -> str:
    figure, result = outcome.figure, outcome.result
    what = f"{figure.id:5}{figure.what}"
    if result is None:
        return f"{what:76}  not measured: {outcome.reason}"
    checks = f"{result.checks:,} {figure.unit}"
    return f"{what:76}  {checks:>20}  {seed:6}  {len(result.findings):8,}  {_result(result)}"


def _result(result: Result) -> str:
    if result.findings:
        return "BROKEN"
    return "held" if result.checks else "nothing was checked: no result"
