"""What the worker writes about the ledger: closings of append-only wallets, seals, and the witness's signatures."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ledger.fields import XidField

from .wallets import Wallet


class Closing(models.Model):
    """The balance of an append-only wallet at a moment. A balance in the past is computed from here, not from zero.

    All entries that `balance` includes were booked before `at`: those with a number up to `seq`, and those of database
    transactions below `upto`. All entries of transactions from `top` on were booked after `began`.
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
    """One link of the hash chain: over all transfers of the database transactions from `since` to `upto` (excluded).

    `leaves` has 24 bytes for each transfer, in the order of (xid, id): the id (8), and the first half of the SHA-256 of
    its content (16). `digest` (32 bytes) is over the digest of the seal before, the numbers of this seal and `leaves`.
    `ledger.chain` computes both.
    """

    number = models.BigIntegerField(primary_key=True)
    since = XidField(unique=True)  # two workers cannot make two seals from the same point on
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
    """The witness's Ed25519 signature over a seal. The witness is the timestamp service, outside the database."""

    seal = models.OneToOneField(Seal, models.PROTECT, primary_key=True, related_name="signature")
    signed_at = models.DateTimeField()
    value = models.BinaryField()
    public_key = models.BinaryField()

    def __str__(self) -> str:
        return f"signature on {self.seal}"
