from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from ledger.models.wallets import Wallet


class Floor(models.Model):
    """One change of a wallet's floor. The newest row of a wallet is in force; a wallet without a row has the floor 0.

    `wished_minor` is what was asked for. `floor_minor` may be lower: a floor is never above what is available, so it
    rises as the debt is paid back. The row counts for the wallet's entries whose `seq` is above `after_seq`. `made_by`
    is None where the floor only rose to what was wished before.
    """

    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="floors", db_index=False)
    floor_minor = models.BigIntegerField(db_column="floor")
    wished_minor = models.BigIntegerField(db_column="wished")
    after_seq = models.BigIntegerField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    reason = models.TextField()
    set_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(name="floor_never_above_zero", condition=Q(wished_minor__lte=0)),
            models.CheckConstraint(name="floor_at_most_as_wished", condition=Q(floor_minor__lte=F("wished_minor"))),
        ]
        indexes = [models.Index(name="floor_newest_of_wallet", fields=["wallet", "-after_seq", "-id"])]

    def __str__(self) -> str:
        return f"{self.floor_minor} from seq {self.after_seq}"
