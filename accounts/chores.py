"""What the worker does for people: (name, every so many seconds, what)."""

from .services import open_missing_wallets

CHORES = [("open wallets that are missing", 60, open_missing_wallets)]
