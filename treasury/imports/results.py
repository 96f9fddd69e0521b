"""The CSV files that are written of an import: the result of each row, and a member's transactions from before."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from web.spreadsheets import harmless

from .models import ImportLine, ImportRow


def of_rows(rows: Iterable[ImportRow]) -> str:
    """Each person with both balances, what was chosen, and what was booked."""
    head = ["line", "old_id", "username", "name", "claimed", "recomputed", "difference", "choice", "balance", "member"]
    return _table([*head, "result", "opening", "difference_transfer"], (_row(row) for row in rows))


def of_lines(lines: Iterable[ImportLine]) -> str:
    return _table(
        ["line", "old_id", "date", "amount", "text", "void"],
        (
            [
                line.number,
                harmless(line.old_id),
                harmless(line.happened),
                f"{line.amount.decimal:f}",
                harmless(line.text),
                int(line.is_void),
            ]
            for line in lines
        ),
    )


def _row(row: ImportRow) -> list[object]:
    texts = (row.old_id, row.username, row.name)
    sums = (f"{each.decimal:f}" if each is not None else "" for each in (row.claimed, row.recomputed, row.differs_by))
    taken = f"{row.taken.decimal:f}" if row.taken is not None and row.action != row.Action.SKIP else ""
    return [
        row.number,
        *map(harmless, texts),
        *sums,
        row.get_action_display(),
        taken,
        row.target.username if row.target else "",
        harmless(row.problem_text or row.outcome_text or str(row.get_outcome_display())),
        row.opening.reference if row.opening else "",
        row.difference.reference if row.difference else "",
    ]


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    written = io.StringIO()
    written.write("\ufeff")  # without this byte order mark Excel reads UTF-8 as Latin-1
    lines = csv.writer(written)
    lines.writerow(head)
    lines.writerows(rows)
    return written.getvalue()
