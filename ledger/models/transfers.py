"""Transfers and their entries."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from conversion.money import Money
from ledger.fields import XidField
from ledger.kinds import label_of_kind

from .wallets import Wallet


class Transfer(models.Model):
    """One instruction and its outcome, for ever. A declined transfer has no entries.

    `legs` is a flat list: for each leg the source wallet, the target wallet and the amount in minor units. A transfer
    within one currency has one leg; one between currencies has two, over the exchange wallets. `source` pays the first
    leg, `target` receives the last.

    `made_at` is the time of the timestamp service; if `timestamped` is false, the database's clock was used instead.
    `booked_at` is the time of the database's clock.

    `source` and `target` have no index, because each index here would make every transfer slower. Find a wallet's
    transfers through its entries.
    """

    class Outcome(models.TextChoices):
        BOOKED = "booked", _("Booked")
        INSUFFICIENT_FUNDS = "insufficient_funds", _("Declined: not enough money")
        ALREADY_REVERSED = "already_reversed", _("Declined: already undone")
        ALREADY_REFUNDED = "already_refunded", _("Declined: already refunded")
        MORE_THAN_PAID = "more_than_paid", _("Declined: more than was paid")
        HOLD_HAS_ENDED = "hold_has_ended", _("Declined: no longer on hold")
        MORE_THAN_HELD = "more_than_held", _("Declined: more than was on hold")

    reference = models.UUIDField(unique=True, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="transfers_made", db_constraint=False, db_index=False
    )
    key = models.UUIDField()
    kind = models.TextField()
    outcome = models.TextField(choices=Outcome)
    note = models.TextField()
    source = models.ForeignKey(Wallet, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    target = models.ForeignKey(Wallet, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    legs = ArrayField(models.BigIntegerField())
    made_at = models.DateTimeField()
    timestamped = models.BooleanField()
    booked_at = models.DateTimeField()
    xid = XidField()
    reverses = models.ForeignKey(
        "self", models.PROTECT, null=True, db_constraint=False, related_name="reversals", db_index=False
    )
    refunds = models.ForeignKey(
        "self", models.PROTECT, null=True, db_constraint=False, related_name="refunded_by", db_index=False
    )
    hold = models.ForeignKey(
        "Hold", models.PROTECT, null=True, db_constraint=False, related_name="captures", db_index=False
    )

    class Meta:
        constraints = [
            # A program may send one key twice at the same time. This index decides which of the two is stored.
            models.UniqueConstraint(name="transfer_key_books_once_per_maker", fields=["made_by", "key"]),
            models.UniqueConstraint(
                # Booked ones only: after a declined reversal, another may be booked.
                name="transfer_reversed_at_most_once",
                fields=["reverses"],
                condition=Q(outcome="booked", reverses__isnull=False),
            ),
            models.UniqueConstraint(
                name="transfer_captures_a_hold_at_most_once",
                fields=["hold"],
                condition=Q(outcome="booked", hold__isnull=False),
            ),
            models.CheckConstraint(name="transfer_legs_in_threes", condition=Q(legs__len__gt=0)),
        ]
        indexes = [
            models.Index(name="transfer_by_xid", fields=["xid"]),
            # For the transfers of today. They come nearly in the order of their timestamps, so it has some kilobytes.
            BrinIndex(name="transfer_made_at", fields=["made_at"], autosummarize=True),
            models.Index(name="transfer_refunds", fields=["refunds"], condition=Q(refunds__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.reference)

    @property
    def paid(self) -> Money:
        """What left the source wallet."""
        return Money(self.legs[2], self.source.currency)

    @property
    def received(self) -> Money:
        """What reached the target wallet."""
        return Money(self.legs[-1], self.target.currency)

    @property
    def kind_label(self) -> str | Promise:
        return label_of_kind(self.kind)

    @property
    def is_booked(self) -> bool:
        return self.outcome == self.Outcome.BOOKED


class Entry(models.Model):
    """One line of a booked transfer. Lines come in pairs (source, target) that sum to zero in one currency.

    `seq` numbers a wallet's entries without a gap. An entry has it if the wallet's row was updated together with the
    entry; a pending entry has none. `balance_after` is set in running wallets only.

    The database has no foreign key to the transfer: at SERIALIZABLE, the check of it would make transactions abort.
    """

    pk = models.CompositePrimaryKey("transfer_id", "line")
    transfer = models.ForeignKey(Transfer, models.PROTECT, db_constraint=False, related_name="entries", db_index=False)
    line = models.SmallIntegerField()
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="entries", db_index=False)
    amount_minor = models.BigIntegerField(db_column="amount")
    seq = models.BigIntegerField(null=True)
    balance_after_minor = models.BigIntegerField(null=True, db_column="balance_after")
    xid = XidField()
    booked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="entry_moves_something", condition=~Q(amount_minor=0)),
            models.UniqueConstraint(
                name="entry_seq_once_per_wallet", fields=["wallet", "seq"], condition=Q(seq__isnull=False)
            ),
        ]
        indexes = [models.Index(name="entry_pending", fields=["wallet", "xid"], condition=Q(seq__isnull=True))]

    def __str__(self) -> str:
        return f"{self.transfer_id}/{self.line}"
