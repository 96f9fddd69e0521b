"""What the worker does for holds: (name, every so many seconds, what)."""

from .service import expire_due_holds

JOBS = [("expire holds", 30, expire_due_holds)]
