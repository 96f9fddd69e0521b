"""What a note may contain: one line of text."""

from __future__ import annotations

import unicodedata

LONGEST = 140


def is_storable(note: str) -> bool:
    """Whether the note has no control characters, surrogates, private-use characters or unassigned code points."""
    return all(unicodedata.category(character) not in ("Cc", "Cs", "Co", "Cn") for character in note)
