"""The worker's jobs for the web room: (name, interval in seconds, function)."""

from .limits import forget_the_full

JOBS = [("forget limits that are full again", 3600, forget_the_full)]
