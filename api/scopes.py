"""What a token may allow a program to do."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    WALLET_READ = "wallet:read", _("Look at the wallet, transfers, requests and holds")
    TRANSFERS_WRITE = "transfers:write", _("Send money, undo and refund")
    REQUESTS_WRITE = "requests:write", _("Ask for money, pay and close requests")
    HOLDS_WRITE = "holds:write", _("Set money aside, take or release it")
    MASS_PAYMENTS_WRITE = "mass_payments:write", _("Pay many people at once")
