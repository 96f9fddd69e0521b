"""The worker's jobs for the JSON API: (name, interval in seconds, function)."""

from .calls import forget_the_old
from .expiry import forget_answers

JOBS = [
    ("forget answers that moved no money", 3600, forget_answers),
    ("forget old calls of programs", 3600, forget_the_old),
]
