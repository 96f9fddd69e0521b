"""The worker's jobs for debts. A new default is a money transaction for each member, so they are slow ones."""

from .service import apply_limits, remind

JOBS = [("apply debt limits", 60, apply_limits, "slow"), ("remind of debts", 3600, remind, "slow")]
