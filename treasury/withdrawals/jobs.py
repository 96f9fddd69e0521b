"""The worker's job for withdrawals: (name, interval in seconds, function)."""

from .service import expire_due_withdrawals

JOBS = [("expire withdrawals", 300, expire_due_withdrawals)]
