"""The worker's jobs for holds: (name, interval in seconds, function)."""

from .service import expire_due_holds

JOBS = [("expire holds", 30, expire_due_holds)]
