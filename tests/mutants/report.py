"""The report: the score of each file, and every mistake that no test found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from .crew import Tried

FOUND = ("killed", "timeout")


def as_text(tried: Sequence[Tried]) -> str:
    lines = [
        f"{each.mutant.path}:{each.mutant.line} {each.mutant.what}\n{each.mutant.diff}" for each in _survivors(tried)
    ]
    lines.append(f"{'':34} {'mutants':>8} {'killed':>7} {'timeout':>8} {'survived':>9} {'stillborn':>10} {'score':>7}")
    for path in sorted({each.mutant.path for each in tried}):
        lines.append(_row(path, [each for each in tried if each.mutant.path == path]))
    return "\n".join([*lines, _row("all", tried)])


def as_json(tried: Sequence[Tried]) -> list[dict[str, Any]]:
    return [
        {
            "file": each.mutant.path,
            "line": each.mutant.line,
            "what": each.mutant.what,
            "diff": each.mutant.diff,
            "result": each.result,
            "by": each.by,
            "took_s": each.took_s,
        }
        for each in tried
    ]


def _survivors(tried: Sequence[Tried]) -> list[Tried]:
    return sorted(
        (each for each in tried if each.result not in (*FOUND, "stillborn")),
        key=lambda each: (each.mutant.path, each.mutant.line),
    )


def _row(name: str, tried: Sequence[Tried]) -> str:
    """One line of the table. Stillborn mutants do not count in the score."""
    count = Counter(each.result for each in tried)
    counted = len(tried) - count["stillborn"]
    found = sum(count[result] for result in FOUND)
    score = f"{100 * found / counted:6.1f}%" if counted else "–"
    return (
        f"{name:34} {len(tried):8} {count['killed']:7} {count['timeout']:8} {counted - found:9} "
        f"{count['stillborn']:10} {score:>7}"
    )
