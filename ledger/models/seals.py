"""What the worker writes about the ledger: that it was looked at, how it stood, and seals upon it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ledger.fields import XidField

from .wallets import Wallet


class Closing(models.Model):
    """What an append-only wallet held at a moment, so that a question about the past need not begin at zero.

    Everything in it was booked before `at`; everything by transactions from `top` on was booked after `began`.
    """

    pk = models.CompositePrimaryKey("wallet_id", "at")
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="closings", db_index=False)
    at = models.DateTimeField()
    balance_minor = models.BigIntegerField(db_column="balance")
    seq = models.BigIntegerField()
    upto = XidField()
    began = models.DateTimeField()
    top = XidField()

    def __str__(self) -> str:
        return f"{self.wallet_id} at {self.at}"


class Seal(models.Model):
    """A link of the hash chain over all transfers by database transactions from `since` up to, not with, `upto`.

    `leaves` has 24 bytes for each, in the order of (xid, id): its id, and the first half of the SHA-256 of its content.
    `digest` (32 bytes) is over the digest before, the numbers here and `leaves`: see `ledger.chain`.
    """

    number = models.BigIntegerField(primary_key=True)
    since = XidField(unique=True)
    upto = XidField(unique=True)
    transfers = models.IntegerField()
    leaves = models.BinaryField()
    digest = models.BinaryField()
    sealed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(name="seal_numbers_begin_at_one", condition=Q(number__gte=1)),
            models.CheckConstraint(name="seal_holds_something", condition=Q(transfers__gt=0)),
        ]

    def __str__(self) -> str:
        return f"seal {self.number}"


class Signature(models.Model):
    """The timestamp service's signature over a seal: the service is the witness outside the database."""

    seal = models.OneToOneField(Seal, models.PROTECT, primary_key=True, related_name="signature")
    signed_at = models.DateTimeField()
    value = models.BinaryField()
    public_key = models.BinaryField()

    def __str__(self) -> str:
        return f"signature on {self.seal}"
