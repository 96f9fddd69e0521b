"""The worker's jobs for payment requests: (name, interval in seconds, function)."""

from .service import expire_due_requests

JOBS = [("expire payment requests", 30, expire_due_requests)]
