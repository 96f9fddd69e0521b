"""The monthly statement, as a letter that is written once a month."""

from __future__ import annotations

from events.monthly import MonthlyLetter

from .kinds import STATEMENT
from .service import statement_letter

MONTHLY_LETTERS = [MonthlyLetter(STATEMENT, day=lambda: 1, contents=statement_letter)]
