"""How a member stands: enough money, little, in debt, or close to the limit. Always a word, an icon and a next step."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversion.errors import NextStep
from conversion.money import Currency, Money, format_money
from ledger.exchange import NOT_CONVERTED, converted
from ledger.floors import floor_in_force
from ledger.models import Wallet
from shop.rules.models import Rules
from shop.rules.queries import current

NEAR_PERCENT = 80  # who owes so much of the limit is told that it is near
FINE, LOW, OWES, NEAR, FULL = "fine", "low", "owes", "near", "full"
WORDS: dict[str, str | Promise] = {
    FINE: gettext_lazy("Enough"),
    LOW: gettext_lazy("Low"),
    OWES: gettext_lazy("You owe"),
    NEAR: gettext_lazy("Almost at your limit"),
    FULL: gettext_lazy("At your limit"),
}
ICONS = {FINE: "circle-check", LOW: "coins", OWES: "hand-coins", NEAR: "triangle-alert", FULL: "octagon-alert"}
TOP_UP: NextStep = (gettext_lazy("Top up"), "payments:top_up")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a wallet stands. `code` is one of FINE, LOW, OWES, NEAR and FULL: it names the colour (`.standing--owes`).

    `available` may be below zero. `limit` is how much may be owed, zero or above, and `left` what can still be spent on
    purchases.
    """

    code: str
    available: Money
    limit: Money
    left: Money

    @property
    def word(self) -> str:
        """Without an amount, for a screen that others see."""
        return str(WORDS[self.code])

    @property
    def sentence(self) -> str:
        """With the amount, for the member alone."""
        if self.available.minor >= 0:
            return self.word if self.code == FINE else _("Low: %(left)s left") % {"left": format_money(self.available)}
        owed = format_money(-self.available)
        if self.code == OWES:
            return _("You owe %(owed)s") % {"owed": owed}
        return _("%(word)s: you owe %(owed)s") % {"word": self.word, "owed": owed}

    @property
    def icon(self) -> str:
        """The name of a lucide icon."""
        return ICONS[self.code]

    @property
    def next_step(self) -> NextStep | None:
        return None if self.code == FINE else TOP_UP


def standing_of(wallet: Wallet, rules: Rules | None = None) -> Standing:
    """How this wallet stands now, by `rules`, or those in force. It is for pages, not for money transactions."""
    available, floor = wallet.available, floor_in_force(wallet)
    left = max(available - floor, Money(0, wallet.currency))
    return Standing(_code(available, -floor, left, rules), available, -floor, left)


def _code(available: Money, limit: Money, left: Money, rules: Rules | None) -> str:
    if available.minor < 0:
        if not left.minor:
            return FULL
        return NEAR if -available.minor * 100 >= limit.minor * NEAR_PERCENT else OWES
    low = _low_in(available.currency, (rules or current()).low, int(time.monotonic() // 60))
    return LOW if low is not None and available < low else FINE


@lru_cache(maxsize=64)
def _low_in(unit: Currency, low: Money, _minute: int) -> Money | None:
    """The amount below which a wallet is low, in its currency. It is kept for a minute: a home asks no other service.

    None while there is no rate: then the page says nothing of it.
    """
    try:
        return converted(low, to=unit).target
    except NOT_CONVERTED:
        return None
