"""The worker's jobs for registration: (name, interval in seconds, function)."""

from .service import open_missing_wallets

JOBS = [("open wallets that are missing", 60, open_missing_wallets)]
