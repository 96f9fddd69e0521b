"""Cells of files that people open in a spreadsheet."""

from __future__ import annotations


def harmless(cell: str) -> str:
    """The cell with an apostrophe in front if it begins like a formula, which a spreadsheet would run (CWE-1236)."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else cell
