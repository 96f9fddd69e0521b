"""The worker's jobs for debts: (name, interval in seconds, function)."""

from .service import apply_limits, remind

JOBS = [("apply debt limits", 60, apply_limits), ("remind of debts", 3600, remind)]
