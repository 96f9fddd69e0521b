"""What a note may contain: plain words on one line."""

from __future__ import annotations

import unicodedata

LONGEST = 140


def is_storable(note: str) -> bool:
    """False for control characters, halves of characters, and what no alphabet has."""
    return all(unicodedata.category(character) not in ("Cc", "Cs", "Co", "Cn") for character in note)
