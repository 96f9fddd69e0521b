"""What the worker does for pledges: (name, every so many seconds, what)."""

from .service import thank

JOBS = [("thank for pledges", 60, thank)]
