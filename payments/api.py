"""The members' JSON operations, by the address under /api/v1/, in the order of the documentation."""

from __future__ import annotations

from ninja import Router

from .history.api import router as wallet
from .holds.api import router as holds
from .requests.api import router as requests
from .reversals.api import router as reversals
from .transfers.api import router as transfers
from .transfers.quotes_api import router as quotes

ROUTERS: list[tuple[str, Router]] = [
    ("wallet", wallet),
    ("quotes", quotes),
    ("transfers", transfers),
    ("transfers", reversals),
    ("requests", requests),
    ("holds", holds),
]
