"""The worker's job for mass payments: (name, interval in seconds, function)."""

from .payouts import pay_running

JOBS = [("pay mass payments", 1, pay_running)]
