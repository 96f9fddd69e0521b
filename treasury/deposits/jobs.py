"""The worker's job for statements: (name, interval in seconds, function)."""

from .imports import book_running

JOBS = [("book bank statements", 1, book_running)]
