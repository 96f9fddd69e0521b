"""Readings: what a room says about its own state, for `/readyz`, for monitoring and for staff.

This is in the lowest room, because every room may bring checks (`health.py`, CHECKS).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

UNITS = ("seconds", "bytes", "count")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one look found: whether all is well, a sentence for staff, and a number for monitoring in one of UNITS."""

    is_well: bool
    says: str
    number: float | None = None
    unit: str = "count"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at, under a name that is unique in the installation.

    `look` may raise anything; then the reading is bad. With `needed`, no money can move while it is bad: `/readyz`
    answers 503. Without `asks_database` it is looked at also while the database does not answer.
    """

    name: str
    label: str | Promise
    look: Callable[[], Reading]
    needed: bool = False
    asks_database: bool = True


known_checks: dict[str, Check] = {}  # by name; filled by `wallet_site` from each app's `health.py`


def in_words(seconds: float) -> str:
    """A length of time in its largest unit: "20 seconds", "12 minutes", "3 hours", "2 days"."""
    whole = max(0, int(seconds))
    if whole < 120:
        return ngettext("%(count)d second", "%(count)d seconds", whole) % {"count": whole}
    if whole < 7200:
        return _("%(count)d minutes") % {"count": whole // 60}
    if whole < 172_800:
        return _("%(count)d hours") % {"count": whole // 3600}
    return _("%(count)d days") % {"count": whole // 86_400}
