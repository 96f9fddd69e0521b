"""The worker's job for imports: (name, interval in seconds, function)."""

from .booking import import_running

JOBS = [("import members and balances", 1, import_running)]
