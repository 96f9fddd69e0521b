"""The initials in the badge beside a person's name."""

from __future__ import annotations


def initials_of(name: str) -> str:
    """The first letters of the first and the last word of a name: "Ada Morgan" gives AM."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()
