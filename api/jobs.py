"""The worker's jobs for the JSON API: (name, interval in seconds, function)."""

from .calls import forget_the_old

JOBS = [("forget old calls of programs", 3600, forget_the_old)]
