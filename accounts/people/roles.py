"""Which roles may do what. `User.Role` has all roles."""

from __future__ import annotations

OVERSEERS = ("administrator", "treasurer", "auditor")  # may see everybody's accounts and transfers
CASH_DESK = ("administrator", "cashier")
TREASURY = ("administrator", "treasurer")
ADMINISTRATORS = ("administrator",)
BANKS = ("bank",)
MERCHANTS = ("merchant",)
PIN_RESETS = ("administrator", "treasurer", "cashier")
STAFF = ("administrator", "treasurer", "cashier", "auditor")

# SQL, so that `./wallet run` can ask without loading the models.
HAS_ADMINISTRATOR = "SELECT EXISTS (SELECT FROM accounts_user WHERE role = 'administrator' AND is_active)"
