"""The worker's jobs for the JSON API: (name, interval in seconds, function)."""

from .expiry import forget_answers

JOBS = [("forget answers that moved no money", 3600, forget_answers)]
