"""Which roles of staff may attach a card to a member. Devices are TREASURY's."""

from __future__ import annotations

CARD_DESK = ("administrator", "treasurer", "cashier")
