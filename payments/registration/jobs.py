"""What the worker does for people: (name, every so many seconds, what)."""

from .service import open_missing_wallets

JOBS = [("open wallets that are missing", 60, open_missing_wallets)]
