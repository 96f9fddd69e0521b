"""What a member's home shows beside the balance: each feature brings its own (`panels.py`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from ledger.models import Wallet


@dataclass(frozen=True, slots=True)
class HomePanel:
    """`asks` answers what its template shows, or None where there is nothing to show today.

    One that `invites` is shown even then, if no other panel has anything.
    """

    template: str
    asks: Callable[[User, Wallet], dict[str, Any] | None]
    invites: bool = False


Panel = tuple[str, dict[str, Any]]  # a template, and what it shows


def panels_for(user: User, wallet: Wallet, brought: list[HomePanel]) -> tuple[list[Panel], bool]:
    """What to show, in order; and whether anything waits at all."""
    answers = [(panel, panel.asks(user, wallet)) for panel in brought]
    waiting = [(panel.template, answer) for panel, answer in answers if answer]
    return waiting or [(panel.template, {}) for panel in brought if panel.invites], bool(waiting)
