"""What the worker does for mass payments: (name, every so many seconds, what)."""

from .payouts import pay_running

JOBS = [("pay mass payments", 1, pay_running)]
