"""Deposits: money that came by a bank, each under the bank's own reference; and the statements that bring many."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from conversion.money import Money
from ledger.models import Transfer, Wallet
from treasury.banks.models import Bank, Clearing


class Deposit(models.Model):
    """A bank credited a member's wallet. Each booked transfer of this kind has one row, and each row one transfer.

    `bank_reference` is the bank's own name for it: unique for the bank, so it is booked once. `day` is the day in whose
    cap it counts. `imported_by` is the member of staff who imported it; None: the bank's program made it. A bank may
    recall it: `returned_by` is the transfer that gave the money back, `return_reason` the bank's words. If the member
    lacked the money, `return_declined_at` is set instead.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    bank = models.ForeignKey(Bank, models.PROTECT, related_name="deposits", db_index=False)
    bank_reference = models.TextField()
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="+", db_index=False)
    amount_minor = models.BigIntegerField()
    details = models.TextField()
    value_date = models.DateField(null=True)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    day = models.DateField()
    booked_at = models.DateTimeField(db_default=Now())
    transfer = models.OneToOneField(Transfer, models.PROTECT, db_constraint=False, related_name="deposit")
    returned_by = models.OneToOneField(
        Transfer, models.PROTECT, null=True, db_constraint=False, related_name="returned_deposit"
    )
    return_reason = models.TextField(default="")
    return_declined_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="deposit_reference_once_per_bank", fields=["bank", "bank_reference"]),
            models.CheckConstraint(name="deposit_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="deposit_return_booked_or_declined",
                condition=Q(returned_by__isnull=True) | Q(return_declined_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(name="deposit_of_bank", fields=["bank", "-id"]),
            models.Index(name="deposit_recalled", fields=["id"], condition=Q(return_declined_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.bank_reference} {self.amount}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.wallet.currency)

    @property
    def is_returned(self) -> bool:
        return self.returned_by_id is not None


class Statement(models.Model):
    """A file of a bank's bookings. It is a DRAFT until it is confirmed; then the worker books its rows one by one.

    The same file may come again: what was booked under its reference is not booked again.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Not confirmed")
        RUNNING = "running", _("Being booked")
        FINISHED = "finished", _("Finished")

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clearing = models.ForeignKey(Clearing, models.PROTECT, related_name="+", db_index=False)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    key = models.UUIDField()
    title = models.TextField()
    status = models.TextField(choices=Status, default=Status.DRAFT)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(name="statement_key_once_per_maker", fields=["maker", "key"])]
        indexes = [models.Index(name="statement_running", fields=["id"], condition=Q(status="running"))]

    def __str__(self) -> str:
        return self.title

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    @property
    def is_running(self) -> bool:
        return self.status == self.Status.RUNNING


class StatementRow(models.Model):
    """One booking of the statement, as it was read, and what was done with it.

    `number` is its place in the file. `problem` is why it was not booked: a code, with `problem_text` for the reader.
    KNOWN: this deposit was booked before, by the bank's program or from another file.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Not booked yet")
        BOOKED = "booked", _("Booked")
        KNOWN = "known", _("Booked before")
        REFUSED = "refused", _("Not booked")

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="rows", db_index=False)
    number = models.IntegerField()
    bank_reference = models.TextField()
    payee_typed = models.TextField()
    amount_typed = models.TextField()
    details = models.TextField()
    value_date = models.DateField(null=True)
    problem = models.TextField(default="")
    problem_text = models.TextField(default="")
    outcome = models.TextField(choices=Outcome, default=Outcome.WAITING)
    deposit = models.ForeignKey(Deposit, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="statement_row_number_once", fields=["statement", "number"]),
            models.CheckConstraint(
                name="statement_row_deposit_exactly_when_booked",
                condition=Q(outcome__in=["booked", "known"], deposit__isnull=False)
                | Q(outcome__in=["waiting", "refused"], deposit__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id}/{self.number}"
