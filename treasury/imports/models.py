"""Imports: the members, balances and past transactions of another system, and what was booked of them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from conversion.money import Currency, Money, currency
from ledger.models import Transfer, Wallet


class Import(models.Model):
    """One export of another system. It moves money once, after it was confirmed, and above a limit by two people.

    `content_digest` is the SHA-256 of what was read, so a file that was only saved in another way is the same one.
    `revision` counts the changes of choices: who confirms confirms what they have seen. `total_minor` is what was
    confirmed: the sum of all openings and differences, without their signs. `confirmed_by` makes the transfers;
    `approved_by` is the second person, where it took two. `remarks` are about the whole file, one a line. `seller` is
    the merchant's wallet that gets the products; without one they are left out.
    """

    class Source(models.TextChoices):
        PLAIN = "plain", _("Table of members")
        STRICHLISTE = "strichliste", _("Strichliste 2")
        STRICHLISTE_1 = "strichliste_1", _("Strichliste 1")
        KAFFEEKASSE = "kaffeekasse", _("Kaffeekasse")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Not confirmed")
        PROPOSED = "proposed", _("Waits for another")
        RUNNING = "running", _("Being imported")
        FINISHED = "finished", _("Finished")
        CANCELLED = "cancelled", _("Cancelled")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    key = models.UUIDField()
    source = models.TextField(choices=Source)
    currency_code = models.TextField()
    file_name = models.TextField()
    content_digest = models.TextField()
    row_count = models.IntegerField()
    line_count = models.IntegerField()
    remarks = models.TextField(default="")
    product_count = models.IntegerField(default=0)
    seller = models.ForeignKey(Wallet, models.PROTECT, null=True, related_name="+", db_index=False)
    status = models.TextField(choices=Status, default=Status.DRAFT)
    revision = models.IntegerField(default=0)
    total_minor = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    confirmed_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    approved_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="import_key_once_per_maker", fields=["maker", "key"]),
            models.UniqueConstraint(
                name="import_file_once",
                fields=["content_digest"],
                condition=~Q(status__in=["cancelled", "undone"]),
            ),
            models.CheckConstraint(
                name="import_has_rows",
                condition=Q(row_count__gte=0, line_count__gte=0, product_count__gte=0)
                & (Q(row_count__gt=0) | Q(product_count__gt=0)),
            ),
            models.CheckConstraint(
                name="import_confirmed_before_it_runs",
                condition=Q(status__in=["draft", "cancelled"])
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, total_minor__gte=0),
            ),
            models.CheckConstraint(
                name="import_approved_by_another",
                condition=Q(approved_by=None, approved_at=None)
                | (Q(approved_by__isnull=False, approved_at__isnull=False) & ~Q(approved_by=F("confirmed_by"))),
            ),
            models.CheckConstraint(
                name="import_undone_by_somebody",
                condition=Q(status__in=["undoing", "undone"], undone_by__isnull=False)
                | (~Q(status__in=["undoing", "undone"]) & Q(undone_by=None)),
            ),
        ]
        indexes = [
            models.Index(name="import_at_work", fields=["id"], condition=Q(status__in=["running", "undoing"])),
            models.Index(name="import_confirmed", fields=["confirmed_by", "confirmed_at"]),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def currency(self) -> Currency:
        return currency(self.currency_code)

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    @property
    def is_proposed(self) -> bool:
        return self.status == self.Status.PROPOSED

    @property
    def is_at_work(self) -> bool:
        return self.status in (self.Status.RUNNING, self.Status.UNDOING)

    @property
    def is_finished(self) -> bool:
        return self.status == self.Status.FINISHED


class ImportRow(models.Model):
    """One person of the export: the balance that it claims, the one that its transactions give, and what was chosen.

    `claimed_minor` is NULL where the export stores no balance, `recomputed_minor` where it has no transactions.
    `problem` is why the row can only be skipped; `warning` is what its reader should know. `found` is the member who
    has the same name or address. `target` gets the money: a member whom somebody has chosen, or a new one.

    With CLAIMED, the opening is what the transactions give, and the rest is booked as a difference.
    """

    class Action(models.TextChoices):
        UNDECIDED = "", _("Not decided")
        REGISTER = "register", _("New member")
        MATCH = "match", _("Existing member")
        SKIP = "skip", _("Left out")

    class Takes(models.TextChoices):
        UNDECIDED = "", _("Not decided")
        CLAIMED = "claimed", _("The balance that the file claims")
        RECOMPUTED = "recomputed", _("The balance that its transactions give")

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Not imported yet")
        BOOKED = "booked", _("Imported")
        REFUSED = "refused", _("Not imported")
        SKIPPED = "skipped", _("Left out")
        UNDONE = "undone", _("Undone")

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    of_import = models.ForeignKey(Import, models.PROTECT, related_name="rows", db_index=False)
    number = models.IntegerField()
    old_id = models.TextField()
    username = models.TextField()
    first_name = models.TextField()
    last_name = models.TextField()
    email = models.TextField()
    is_disabled = models.BooleanField()
    claimed_minor = models.BigIntegerField(null=True)
    recomputed_minor = models.BigIntegerField(null=True)
    problem = models.TextField(default="")
    problem_text = models.TextField(default="")
    warning = models.TextField(default="")
    found = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    action = models.TextField(choices=Action, default=Action.UNDECIDED, blank=True)
    takes = models.TextField(choices=Takes, default=Takes.UNDECIDED, blank=True)
    target = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    outcome = models.TextField(choices=Outcome, default=Outcome.WAITING)
    outcome_text = models.TextField(default="")
    opening = models.OneToOneField(Transfer, models.PROTECT, null=True, db_constraint=False, related_name="+")
    difference = models.OneToOneField(Transfer, models.PROTECT, null=True, db_constraint=False, related_name="+")
    card_printed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="import_row_number_once", fields=["of_import", "number"]),
            models.UniqueConstraint(name="import_row_target_once", fields=["of_import", "target"]),
            models.CheckConstraint(
                name="import_row_says_a_balance_or_has_a_problem",
                condition=~Q(problem="") | Q(claimed_minor__isnull=False) | Q(recomputed_minor__isnull=False),
            ),
            models.CheckConstraint(
                name="import_row_with_a_problem_is_left_out", condition=Q(problem="") | Q(action__in=["", "skip"])
            ),
            models.CheckConstraint(
                name="import_row_takes_a_balance_that_it_has",
                condition=Q(takes="")
                | Q(takes="claimed", claimed_minor__isnull=False)
                | Q(takes="recomputed", recomputed_minor__isnull=False),
            ),
            models.CheckConstraint(
                name="import_row_match_names_a_member", condition=~Q(action="match") | Q(target__isnull=False)
            ),
            models.CheckConstraint(
                name="import_row_booked_for_somebody",
                condition=Q(outcome__in=["booked", "undone"], target__isnull=False, action__in=["register", "match"])
                | Q(outcome__in=["waiting", "refused", "skipped"], opening=None, difference=None),
            ),
        ]
        indexes = [
            models.Index(name="import_row_waiting", fields=["of_import", "number"], condition=Q(outcome="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.of_import_id}/{self.number}"

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.username

    @property
    def claimed(self) -> Money | None:
        return self._money(self.claimed_minor)

    @property
    def recomputed(self) -> Money | None:
        return self._money(self.recomputed_minor)

    @property
    def differs_by(self) -> Money | None:
        """Claimed minus recomputed; None where they are equal, or one of them is missing."""
        if self.claimed_minor is None or self.recomputed_minor is None:
            return None
        return self._money(self.claimed_minor - self.recomputed_minor) or None

    @property
    def opening_minor(self) -> int:
        """What is booked from the wallet of imports. Below zero the member pays it. Only for a row that takes one."""
        shown = self.recomputed_minor if self.recomputed_minor is not None else self.claimed_minor
        assert shown is not None
        return shown

    @property
    def difference_minor(self) -> int:
        """What is booked beside the opening, from the wallet of differences."""
        if self.takes != self.Takes.CLAIMED or self.claimed_minor is None:
            return 0
        return self.claimed_minor - self.opening_minor

    @property
    def taken(self) -> Money | None:
        """The balance that the member gets, as far as it is decided."""
        return self._money(self.opening_minor + self.difference_minor) if self.takes else None

    @property
    def is_decided(self) -> bool:
        return self.action == self.Action.SKIP or bool(self.action and self.takes)

    def _money(self, minor: int | None) -> Money | None:
        return None if minor is None else Money(minor, self.of_import.currency)


class ImportLine(models.Model):
    """One transaction of the other system, as it changed one person's balance there. It moves no money here.

    `happened` is the time as the file writes it, which has no zone. A void line was undone there, and counts for
    nothing.
    """

    row = models.ForeignKey(ImportRow, models.PROTECT, related_name="lines", db_index=False)
    number = models.IntegerField()
    old_id = models.TextField()
    happened = models.TextField()
    text = models.TextField()
    amount_minor = models.BigIntegerField()
    is_void = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(name="import_line_number_once", fields=["row", "number"])]

    def __str__(self) -> str:
        return f"{self.row_id}/{self.number}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.row.of_import.currency)


class ImportProduct(models.Model):
    """One product of the export, and whether it was made here. `outcome_text` says why not, or what is missing of it.

    `old_id` is its number in the other system: it is made once for each import. `category` may be empty, `stock` is
    what the other system had of it, and was `is_active` if it was still sold there.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Not made yet")
        MADE = "made", _("Made")
        SKIPPED = "skipped", _("Left out")

    of_import = models.ForeignKey(Import, models.PROTECT, related_name="products", db_index=False)
    number = models.IntegerField()
    old_id = models.TextField()
    name = models.TextField()
    price_minor = models.BigIntegerField()
    category = models.TextField()
    barcodes = models.JSONField(default=list)
    stock = models.IntegerField(null=True)
    is_active = models.BooleanField()
    outcome = models.TextField(choices=Outcome, default=Outcome.WAITING)
    outcome_text = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="import_product_number_once", fields=["of_import", "number"]),
            models.UniqueConstraint(name="import_product_once", fields=["of_import", "old_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.of_import_id}/{self.number}"

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.of_import.currency)
