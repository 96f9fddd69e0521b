"""The worker's jobs for pledges: (name, seconds between two runs, function)."""

from .service import thank

JOBS = [("thank for pledges", 60, thank)]
