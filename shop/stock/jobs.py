from __future__ import annotations

from .service import settle_all

JOBS = [("settle stocks", 60, settle_all)]
