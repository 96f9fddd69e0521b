"""The number of rows on one page of a list."""

from __future__ import annotations

PAGE = 20
