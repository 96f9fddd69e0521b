"""Withdrawals: money of members on its way to their own bank accounts; and the files that order a bank to pay them."""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from conversion.money import Money
from ledger.models import Hold, Transfer, Wallet
from treasury.banks.models import Clearing
from treasury.payout_accounts.models import PayoutAccount, masked

LIFE = dt.timedelta(days=30)  # then a withdrawal that nobody approved expires
OPEN = ("requested", "approved")  # the money is on hold in the wallet
PAID_OUT = ("filed", "settled", "returned")  # it has left the wallet
ENDED_UNPAID = ("cancelled", "declined", "expired")


class PayoutFile(models.Model):
    """One order to a bank: a pain.001 document, whose bytes are kept as they were made.

    `reference` is the document's message id and the file's name. It pays from our account at the bank of `clearing`.
    `alone_minor` is what its maker has filed in this currency since midnight, with this file, and no second person has
    approved; zero if a second person has approved all of this file. It is at most `alone_limit_minor`, which is what
    one person may pay out alone in a day.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clearing = models.ForeignKey(Clearing, models.PROTECT, related_name="+", db_index=False)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    key = models.UUIDField()
    row_count = models.IntegerField()
    total_minor = models.BigIntegerField()
    alone_minor = models.BigIntegerField()
    alone_limit_minor = models.BigIntegerField()
    content = models.BinaryField()
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(name="payout_file_key_once_per_maker", fields=["maker", "key"]),
            models.CheckConstraint(name="payout_file_has_rows", condition=Q(row_count__gt=0, total_minor__gt=0)),
            models.CheckConstraint(
                name="payout_file_within_what_one_may_alone",
                condition=Q(alone_minor__gte=0, alone_minor__lte=F("alone_limit_minor")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"{self.reference.hex}.xml"

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.clearing.wallet.currency)


class Withdrawal(models.Model):
    """A member's money on its way to a bank account, by `clearing`'s bank.

    REQUESTED by the member: its amount is on hold. APPROVED by a person of the treasury. FILED in an order to the bank:
    now the money has left the wallet, by `transfer`. SETTLED: the bank has paid. RETURNED: the bank could not, or the
    payment came back, and `return_transfer` has given the money back; this may happen after it was settled.
    Before it is filed, the member can cancel it and the treasury can decline it. EXPIRED: nobody approved it for LIFE,
    or nobody filed it while its hold lived. `ended_by` is who cancelled, declined, settled or returned it by hand. It
    is None where the bank's program or the worker did.

    `holder` and `iban` are of the payout account. The bank's own references come with SETTLED and RETURNED.
    """

    class Status(models.TextChoices):
        REQUESTED = "requested", _("Waiting for approval")
        APPROVED = "approved", _("Approved")
        FILED = "filed", _("Sent to the bank")
        SETTLED = "settled", _("Paid by the bank")
        RETURNED = "returned", _("Returned by the bank")
        CANCELLED = "cancelled", _("Cancelled")
        DECLINED = "declined", _("Declined")
        EXPIRED = "expired", _("Expired")

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="withdrawals", db_index=False)
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="+", db_index=False)
    clearing = models.ForeignKey(Clearing, models.PROTECT, related_name="+", db_index=False)
    payout_account = models.ForeignKey(PayoutAccount, models.PROTECT, related_name="+", db_index=False)
    holder = models.TextField()
    iban = models.TextField()
    amount_minor = models.BigIntegerField()
    # No constraint on holds and transfers, as everywhere: the check would read the page into which all insert.
    hold = models.OneToOneField(Hold, models.PROTECT, db_constraint=False, related_name="withdrawal")
    status = models.TextField(choices=Status, default=Status.REQUESTED)
    requested_at = models.DateTimeField(db_default=Now())
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    approved_at = models.DateTimeField(null=True)
    file = models.ForeignKey(PayoutFile, models.PROTECT, null=True, related_name="withdrawals", db_index=False)
    transfer = models.OneToOneField(Transfer, models.PROTECT, null=True, db_constraint=False, related_name="withdrawal")
    settled_at = models.DateTimeField(null=True)
    bank_reference = models.TextField(default="")
    return_transfer = models.OneToOneField(
        Transfer, models.PROTECT, null=True, db_constraint=False, related_name="returned_withdrawal"
    )
    return_reference = models.TextField(default="")
    reason = models.TextField(default="")
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="withdrawal_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="withdrawal_approved_by_another",
                condition=Q(approver__isnull=True, approved_at__isnull=True, status__in=["requested", *ENDED_UNPAID])
                | (
                    Q(approver__isnull=False, approved_at__isnull=False)
                    & ~Q(status="requested")
                    & ~Q(approver=F("member"))
                ),
            ),
            models.CheckConstraint(
                name="withdrawal_in_a_file_exactly_when_filed",
                condition=Q(status__in=PAID_OUT, file__isnull=False, transfer__isnull=False)
                | (~Q(status__in=PAID_OUT) & Q(file__isnull=True, transfer__isnull=True)),
            ),
            models.CheckConstraint(
                name="withdrawal_settled_and_returned_as_its_status_says",
                condition=Q(status="returned", return_transfer__isnull=False)
                | Q(status="settled", return_transfer__isnull=True, settled_at__isnull=False)
                | (~Q(status__in=["returned", "settled"]) & Q(return_transfer__isnull=True, settled_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="withdrawal_ended_exactly_when_closed",
                condition=Q(status__in=["requested", "approved", "filed"], ended_at__isnull=True)
                | (~Q(status__in=["requested", "approved", "filed"]) & Q(ended_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(name="withdrawal_of_member", fields=["member", "-id"]),
            models.Index(name="withdrawal_of_clearing", fields=["clearing", "-id"]),
            models.Index(name="withdrawal_of_file", fields=["file"], condition=Q(file__isnull=False)),
            models.Index(
                name="withdrawal_open", fields=["status", "id"], condition=Q(status__in=["requested", "approved"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} ({self.status})"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.wallet.currency)

    @property
    def account(self) -> str:
        return masked(self.iban)

    @property
    def can_be_cancelled(self) -> bool:
        return self.status in OPEN
