"""The panels that a member's home shows beside the balance. Each feature brings its own in a `panels.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from ledger.models import Wallet


@dataclass(frozen=True, slots=True)
class HomePanel:
    """A panel of one feature. `asks` returns the context of its template, or None if there is nothing to show now.

    A panel with `invites` is shown with an empty context if no panel has anything to show.
    """

    template: str
    asks: Callable[[User, Wallet], dict[str, Any] | None]
    invites: bool = False


Panel = tuple[str, dict[str, Any]]  # a template and its context


def panels_for(user: User, wallet: Wallet, brought: list[HomePanel]) -> tuple[list[Panel], bool]:
    """Returns the panels to show, in order, and whether any panel has something for the member to do."""
    answers = [(panel, panel.asks(user, wallet)) for panel in brought]
    waiting = [(panel.template, answer) for panel, answer in answers if answer]
    return waiting or [(panel.template, {}) for panel in brought if panel.invites], bool(waiting)
