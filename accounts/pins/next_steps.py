"""The next step for a person who has no PIN, or a limited one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from .errors import OverPinLimit, PinLimited, PinNotIssued

CONFIRM = (_("Confirm your PIN"), "pin_reset")
NEXT_STEPS = {PinNotIssued: (_("New PIN"), "new_pin"), PinLimited: CONFIRM, OverPinLimit: CONFIRM}
