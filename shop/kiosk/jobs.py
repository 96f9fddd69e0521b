from __future__ import annotations

from .service import forget_unknown_tags

JOBS = [("forget unknown cards", 3600, forget_unknown_tags)]
