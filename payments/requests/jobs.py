"""What the worker does for payment requests: (name, every so many seconds, what)."""

from .service import expire_due_requests

JOBS = [("expire payment requests", 30, expire_due_requests)]
