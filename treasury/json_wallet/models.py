from __future__ import annotations

from django.db import models

from ledger.models import Wallet


class UnpinnedDay(models.Model):
    """What was paid from a wallet by the JSON wallet on `day` without the PIN and without an access token.

    It is counted in the money transaction, against JSON_WITHOUT_PIN (`sql/json_wallet.sql`).
    """

    wallet = models.OneToOneField(Wallet, models.PROTECT, primary_key=True, related_name="+")
    day = models.DateField(null=True)
    paid_minor = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.wallet_id} {self.day}"
