"""The worker's job for rates: (name, interval in seconds, function). It is slow, since the source may take its time."""

from .service import fetch_rates

JOBS = [("fetch exchange rates", 3600, fetch_rates, "slow")]
