"""All attacks, in the order in which they run."""

from __future__ import annotations

from . import confirmations, foreign_ids, forgeries, guesses
from .access import attack as access
from .figure import Figure

FIGURES = (
    Figure("X1", "who may open what: every address, method and person as written", "answers", access.attack),
    Figure("X3", "foreign ids and members look like missing ones", "comparisons", foreign_ids.attack),
    Figure("X4", "guesses of passwords, PINs, codes, keys: at most five compared", "guesses", guesses.attack),
    Figure("X5", "a confirmation changed, late, repeated, another's: not accepted", "attempts", confirmations.attack),
    Figure("X6", "GET that changes, POST without token, open redirect, forged Host", "requests", forgeries.attack),
)
