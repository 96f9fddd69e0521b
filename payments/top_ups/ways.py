"""The ways to top up: on trust, and those that other rooms bring as panels of the page."""

from __future__ import annotations

from accounts.models import User
from ledger.models import Wallet
from payments.panels import HomePanel, Panel

from .service import are_on

top_up_panels: list[HomePanel] = []  # filled by `wallet_site.urls` from each feature's `panels.py`


def may_top_up(user: User, wallet: Wallet) -> bool:
    """Whether the page to top up has anything for this member."""
    return are_on() or any(panel.asks(user, wallet) is not None for panel in top_up_panels)


def ways_for(user: User, wallet: Wallet) -> list[Panel]:
    """The panels to show on the page, each a template and its context."""
    answers = [(panel.template, panel.asks(user, wallet)) for panel in top_up_panels]
    return [(template, shown) for template, shown in answers if shown is not None]
