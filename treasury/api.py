"""Staff's JSON operations, by the address under /api/v1/."""

from __future__ import annotations

from ninja import Router

from .mass_payments.api import router as mass_payments

ROUTERS: list[tuple[str, Router]] = [("mass-payments", mass_payments)]
