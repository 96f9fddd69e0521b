"""The worker's jobs for pledges: (name, seconds between two runs, function), and "slow" for the one that takes long."""

from .service import count_slowly, thank

JOBS = [("thank for pledges", 1, thank), ("count the pledges", 86_400, count_slowly, "slow")]
