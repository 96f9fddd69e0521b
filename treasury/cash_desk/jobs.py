"""The worker's job for the cash desk: (name, interval in seconds, function)."""

from .service import expire_due_proposals

JOBS = [("expire cash proposals", 60, expire_due_proposals)]
