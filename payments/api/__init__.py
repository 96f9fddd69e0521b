"""The wallet for programs: the same services and queries as the pages, in JSON.

A router is as short as a view: what came in → a service → what it became. `wallet_site.api` gathers ROUTERS and knows
who the caller is.
"""

from ninja import Router

from . import holds, mass_payments, quotes, requests, transfers, wallets

ROUTERS: dict[str, Router] = {
    "wallet": wallets.router,
    "quotes": quotes.router,
    "transfers": transfers.router,
    "requests": requests.router,
    "holds": holds.router,
    "mass-payments": mass_payments.router,
}

__all__ = ["ROUTERS"]
