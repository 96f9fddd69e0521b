"""The letters of a badge."""

from __future__ import annotations


def initials_of(name: str) -> str:
    """Those of the first and the last word: "Ada Morgan" is AM."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()
