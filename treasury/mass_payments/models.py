"""Mass payments: a treasurer's file that pays many people from one wallet, and the result of each of its rows."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from conversion.money import Money
from ledger.models import Transfer, Wallet


class MassPayment(models.Model):
    """One file, paid from its maker's wallet at most once. A DRAFT is only validated; the worker pays a RUNNING one.

    `content_digest` is the SHA-256 of the rows as they were read, in their order. A table that was saved in another
    format is therefore the same file. `total_minor` is the sum of all amounts that could be read.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Not confirmed")
        RUNNING = "running", _("Being paid")
        FINISHED = "finished", _("Finished")
        CANCELLED = "cancelled", _("Cancelled")

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="mass_payments", db_index=False)
    key = models.UUIDField()
    title = models.TextField()
    content_digest = models.TextField()
    source = models.ForeignKey(Wallet, models.PROTECT, related_name="+", db_index=False)
    status = models.TextField(choices=Status, default=Status.DRAFT)
    row_count = models.IntegerField()
    total_minor = models.BigIntegerField()
    created_at = models.DateTimeField(db_default=Now())
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="mass_payment_key_once_per_maker", fields=["maker", "key"]),
            models.UniqueConstraint(
                name="mass_payment_file_once_per_maker_and_title", fields=["maker", "content_digest", "title"]
            ),
            models.CheckConstraint(name="mass_payment_has_rows", condition=Q(row_count__gt=0)),
            models.CheckConstraint(name="mass_payment_total_never_negative", condition=Q(total_minor__gte=0)),
            models.CheckConstraint(
                name="mass_payment_confirmed_exactly_when_running_or_finished",
                condition=Q(status__in=["running", "finished"], confirmed_at__isnull=False)
                | Q(status__in=["draft", "cancelled"], confirmed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="mass_payment_ended_exactly_when_finished_or_cancelled",
                condition=Q(status__in=["finished", "cancelled"], ended_at__isnull=False)
                | Q(status__in=["draft", "running"], ended_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(name="mass_payment_of_maker", fields=["maker", "-id"]),
            models.Index(name="mass_payment_running", fields=["confirmed_at"], condition=Q(status="running")),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.source.currency)

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    @property
    def is_running(self) -> bool:
        return self.status == self.Status.RUNNING

    @property
    def is_finished(self) -> bool:
        return self.status == self.Status.FINISHED

    @property
    def is_cancelled(self) -> bool:
        return self.status == self.Status.CANCELLED


class MassPaymentRow(models.Model):
    """One row of the file as it was typed, with what the preview found and, once it is decided, its outcome.

    `number` is the line in the file. `problem` is the code of the reason why the row cannot be paid, or empty;
    `problem_text` is the explanation for the treasurer. A row with a `warning` can be paid. `target` and `amount_minor`
    are NULL where the payee was not found or the amount could not be read.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Not paid yet")
        BOOKED = "booked", _("Paid")
        INSUFFICIENT_FUNDS = "insufficient_funds", _("Declined: not enough money")
        ACCOUNT_FROZEN = "account_frozen", _("Declined: the account is frozen or not active")
        REFUSED = "refused", _("Declined by the ledger")

    mass_payment = models.ForeignKey(MassPayment, models.PROTECT, related_name="rows", db_index=False)
    number = models.IntegerField()
    payee_typed = models.TextField()
    amount_typed = models.TextField()
    note = models.TextField()
    target = models.ForeignKey(Wallet, models.PROTECT, null=True, related_name="+", db_index=False)
    amount_minor = models.BigIntegerField(null=True)
    problem = models.TextField(default="")
    problem_text = models.TextField(default="")
    warning = models.TextField(default="")
    outcome = models.TextField(choices=Outcome, default=Outcome.WAITING)
    transfer = models.OneToOneField(Transfer, models.PROTECT, null=True, db_constraint=False, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="mass_payment_row_number_once", fields=["mass_payment", "number"]),
            models.CheckConstraint(
                name="mass_payment_row_amount_positive", condition=Q(amount_minor=None) | Q(amount_minor__gt=0)
            ),
            models.CheckConstraint(
                name="mass_payment_row_without_problem_names_whom_and_how_much",
                condition=~Q(problem="") | Q(target__isnull=False, amount_minor__isnull=False),
            ),
            models.CheckConstraint(
                name="mass_payment_row_with_a_problem_is_never_paid", condition=Q(problem="") | Q(outcome="waiting")
            ),
            models.CheckConstraint(
                name="mass_payment_row_booked_only_with_a_transfer",
                condition=~Q(outcome="booked") | Q(transfer__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                name="mass_payment_row_waiting", fields=["mass_payment", "number"], condition=Q(outcome="waiting")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mass_payment_id}/{self.number}"

    @property
    def payee(self) -> Wallet:
        """The payee's wallet. Only for a row whose payee was found."""
        assert self.target is not None
        return self.target

    @property
    def due(self) -> Money:
        """The amount to pay. Only for a row whose amount could be read."""
        assert self.amount is not None
        return self.amount

    @property
    def amount(self) -> Money | None:
        """The amount in the currency of the mass payment; None where it could not be read."""
        return None if self.amount_minor is None else Money(self.amount_minor, self.mass_payment.source.currency)

    @property
    def was_declined(self) -> bool:
        return self.outcome not in (self.Outcome.WAITING, self.Outcome.BOOKED)
