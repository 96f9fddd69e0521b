"""The worker's jobs for imports: (name, interval in seconds, function)."""

from .booking import import_running
from .endings import undo_running

JOBS = [
    ("import members and balances", 1, import_running),
    ("undo imports", 1, undo_running),
]
