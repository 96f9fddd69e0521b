"""Which roles may do what. `User.Role` names them all."""

from __future__ import annotations

OVERSEERS = ("administrator", "treasurer", "auditor")
CASH_DESK = ("administrator", "cashier")
TREASURY = ("administrator", "treasurer")
ADMINISTRATORS = ("administrator",)
