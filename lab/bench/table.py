"""The figures as a table for people, and as JSON for comparisons with other runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from lab.scratch import NotMeasured

from .figure import Figure, Outcome, Value, result_of, shown, value_of

HEADINGS = ("figure", "goal", "median", "min–max", "N", "result")
RIGHT = {2, 4}


@dataclass(frozen=True, slots=True)
class Row:
    figure: Figure
    value: Value | None
    result: str


def rows_of(outcomes: Iterable[Outcome]) -> Iterator[Row]:
    for outcome in outcomes:
        for figure in outcome.experiment.figures:
            yield _row(figure, outcome)


def _row(figure: Figure, outcome: Outcome) -> Row:
    try:
        value = value_of(figure, outcome.pairs)
    except NotMeasured as why:
        return Row(figure, None, f"not measured: {outcome.failure or why}")
    result = result_of(figure, value)
    return Row(figure, value, f"{result} ({outcome.failure})" if outcome.failure else result)


def as_text(rows: Iterable[Row]) -> str:
    """A table for a terminal. N is the number of repeats × the mean number of operations of the side `over`."""
    lines = [HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    laid_out = [_line(line, widths) for line in lines]
    return "\n".join([laid_out[0], "  ".join("─" * width for width in widths), *laid_out[1:]])


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    return "  ".join(
        cell.rjust(width) if column in RIGHT else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ).rstrip()


def _cells(row: Row) -> tuple[str, ...]:
    figure, value = row.figure, row.value
    name, goal = f"{figure.id:4}{figure.what}", str(figure.goal or "–")
    if value is None:
        return (name, goal, "–", "–", "0", row.result)
    middle, low, high = (_number(figure, number) for number in (value.median, value.lowest, value.highest))
    many = f"{value.repeats} × {value.count // value.repeats:,}"
    return (name, goal, middle, f"{low}–{high}", many, row.result)


def _number(figure: Figure, number: float) -> str:
    return shown(number, up=figure.less_is_better) + figure.unit


def beside(rows: Iterable[Row]) -> str:
    """One line for each ratio, with the medians of its two sides in their own units."""
    lines = []
    for row in rows:
        if row.value and row.value.under is not None and row.figure.under:
            over, under = (shown(number, up=False) for number in (row.value.over, row.value.under))
            figure = row.figure
            lines.append(f"{figure.id:4}{figure.over} {over} ÷ {figure.under} {under}  ({figure.quantity})")
    return "\n".join(lines)


def as_json(rows: Iterable[Row]) -> list[dict[str, object]]:
    return [
        {
            "id": row.figure.id,
            "what": row.figure.what,
            "goal": str(row.figure.goal) if row.figure.goal else None,
            "result": row.result,
            "value": asdict(row.value) if row.value else None,
        }
        for row in rows
    ]
