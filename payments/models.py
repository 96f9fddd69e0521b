"""Wallets, what moved between them, and what people agreed about moving.

The ledger (Wallet, Transfer, Entry) is written by the functions in `sql/` alone and only through `ledger.py`; the
database refuses every other hand. Quote, PaymentRequest, TopUp and Notification are ordinary rows.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from conversion.money import Money, currency

from .fields import XidField


class Wallet(models.Model):
    """Holds one currency and belongs to a person, a merchant or the house.

    RUNNING: every entry updates the row. Otherwise APPEND-ONLY: what comes in is only an entry (the tail), folded into
    `balance` later. `floor` is what `balance - held` may not pass; NULL is the house, which may go below zero.
    """

    class Purpose(models.TextChoices):
        MEMBER = "member", _("Member")
        MERCHANT = "merchant", _("Merchant")
        GRANTS = "grants", _("Opening grants")
        EXCHANGE = "exchange", _("Exchange")
        TRUST = "trust", _("Top-ups on trust")
        DRAWER = "drawer", _("Cash drawer")
        CASH_DIFFERENCE = "cash_difference", _("Cash difference")
        CARD_CLEARING = "card_clearing", _("Card clearing")
        BANK_CLEARING = "bank_clearing", _("Bank clearing")
        FEES = "fees", _("Fees")

    reference = models.UUIDField(unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="wallets")
    purpose = models.TextField(choices=Purpose)
    currency_code = models.TextField(db_column="currency")
    running = models.BooleanField()
    floor = models.BigIntegerField(null=True)
    settled_minor = models.BigIntegerField(db_column="balance", db_default=0)
    held_minor = models.BigIntegerField(db_column="held", db_default=0)
    seq = models.BigIntegerField(db_default=0)
    upto = XidField(db_default="0")
    moved_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="wallet_never_below_floor", condition=Q(settled_minor__gte=F("floor") + F("held_minor"))
            ),
            models.CheckConstraint(name="wallet_held_never_negative", condition=Q(held_minor__gte=0)),
            models.UniqueConstraint(
                name="wallet_one_per_owner_purpose_currency",
                fields=["owner", "purpose", "currency_code"],
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.currency_code}"

    @property
    def currency(self):
        return currency(self.currency_code)

    @property
    def settled(self) -> Money:
        """What the row says. For an append-only wallet that is without its tail: ask `ledger.balance_of`."""
        return Money(self.settled_minor, self.currency)

    @property
    def held(self) -> Money:
        return Money(self.held_minor, self.currency)

    @property
    def available(self) -> Money:
        return Money(self.settled_minor - self.held_minor, self.currency)


class Transfer(models.Model):
    """One instruction and its outcome, for ever. A declined one has no entries.

    `legs` holds what was asked, flat: source wallet, target wallet, amount in minor units; one leg in one currency, two
    over the exchange wallets. `source` pays the first leg, `target` receives the last. `made_at` is the clock service's
    stamp (`stamped` is false where the database's own clock stood in), `booked_at` the database's.
    """

    class Kind(models.TextChoices):
        PAYMENT = "payment", _("Payment")
        REQUEST = "request", _("Payment of a request")
        GRANT = "grant", _("Opening credit")
        TRUST_TOP_UP = "trust_top_up", _("Top-up")
        CASH_TOP_UP = "cash_top_up", _("Cash top-up")
        REVERSAL = "reversal", _("Undone")

    class Outcome(models.TextChoices):
        BOOKED = "booked", _("Booked")
        INSUFFICIENT_FUNDS = "insufficient_funds", _("Declined: not enough money")
        ALREADY_REVERSED = "already_reversed", _("Declined: already undone")

    reference = models.UUIDField(unique=True, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="transfers_made", db_constraint=False
    )
    key = models.UUIDField()
    kind = models.TextField(choices=Kind)
    outcome = models.TextField(choices=Outcome)
    note = models.TextField()
    source = models.ForeignKey(Wallet, models.PROTECT, related_name="+", db_constraint=False)
    target = models.ForeignKey(Wallet, models.PROTECT, related_name="+", db_constraint=False)
    legs = ArrayField(models.BigIntegerField())
    made_at = models.DateTimeField()
    stamped = models.BooleanField()
    booked_at = models.DateTimeField()
    xid = XidField()
    reverses = models.ForeignKey(
        "self", models.PROTECT, null=True, db_constraint=False, related_name="reversals", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(name="transfer_key_books_once_per_maker", fields=["made_by", "key"]),
            models.UniqueConstraint(
                name="transfer_reversed_at_most_once",
                fields=["reverses"],
                condition=Q(outcome="booked", reverses__isnull=False),
            ),
            models.CheckConstraint(name="transfer_legs_in_threes", condition=Q(legs__len__gt=0)),
        ]
        indexes = [models.Index(name="transfer_by_xid", fields=["xid"])]

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
    def is_booked(self) -> bool:
        return self.outcome == self.Outcome.BOOKED


class Entry(models.Model):
    """One line of a booked transfer. Lines come in pairs (source, target) that sum to zero in one currency.

    `seq` is gap-free per wallet and set exactly where the entry was applied to the wallet's row at once;
    `balance_after` belongs to running wallets. No foreign key to the transfer: under SERIALIZABLE its check makes
    everyone abort.
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
        indexes = [models.Index(name="entry_tail", fields=["wallet", "xid"], condition=Q(seq__isnull=True))]

    def __str__(self) -> str:
        return f"{self.transfer_id}/{self.line}"


class PaymentRequest(models.Model):
    """One member asks another for money, in the asker's currency. Settled at most once."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        PAID = "paid", _("Paid")
        DECLINED = "declined", _("Declined")
        CANCELLED = "cancelled", _("Cancelled")
        EXPIRED = "expired", _("Expired")

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.UUIDField()
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="requests_made")
    payer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="requests_received")
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="+")  # where the money is to arrive
    amount_minor = models.BigIntegerField()
    note = models.TextField(blank=True)
    status = models.TextField(choices=Status, default=Status.OPEN)
    transfer = models.OneToOneField(Transfer, models.PROTECT, null=True, db_constraint=False)
    made_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="request_key_once_per_requester", fields=["requester", "key"]),
            models.CheckConstraint(name="request_amount_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(name="request_not_to_oneself", condition=~Q(requester=F("payer"))),
            models.CheckConstraint(
                name="request_paid_exactly_with_a_transfer",
                condition=Q(status="paid", transfer__isnull=False) | (~Q(status="paid") & Q(transfer__isnull=True)),
            ),
            models.CheckConstraint(
                name="request_closed_exactly_when_not_open",
                condition=Q(status="open", closed_at__isnull=True) | (~Q(status="open") & Q(closed_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(name="request_by_payer", fields=["payer", "status", "-id"]),
            models.Index(name="request_by_requester", fields=["requester", "-id"]),
            models.Index(name="request_due", fields=["expires_at"], condition=Q(status="open")),
        ]

    def __str__(self) -> str:
        return str(self.reference)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.wallet.currency)

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN


class Quote(models.Model):
    """What will happen if it is confirmed: both amounts and the rate between them. Booked as it stands, or not at all.

    `key` becomes the transfer's: one quote books once, however often it is sent.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.UUIDField()
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    source = models.ForeignKey(Wallet, models.PROTECT, related_name="+")
    target = models.ForeignKey(Wallet, models.PROTECT, related_name="+")
    source_minor = models.BigIntegerField()
    target_minor = models.BigIntegerField()
    rate = models.DecimalField(max_digits=30, decimal_places=15)
    note = models.TextField(blank=True)
    payment_request = models.ForeignKey(PaymentRequest, models.PROTECT, null=True, related_name="quotes")
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="quote_key_once_per_maker", fields=["maker", "key"]),
            models.CheckConstraint(name="quote_source_positive", condition=Q(source_minor__gt=0)),
            models.CheckConstraint(name="quote_target_positive", condition=Q(target_minor__gt=0)),
            models.CheckConstraint(name="quote_between_two_wallets", condition=~Q(source=F("target"))),
        ]

    def __str__(self) -> str:
        return str(self.reference)

    @property
    def source_amount(self) -> Money:
        return Money(self.source_minor, self.source.currency)

    @property
    def target_amount(self) -> Money:
        return Money(self.target_minor, self.target.currency)

    @property
    def shown_rate(self) -> str:
        """Units of the target's currency for one of the source's, without trailing zeros."""
        return f"{self.rate.normalize():f}"

    @property
    def is_exchange(self) -> bool:
        return self.source.currency_code != self.target.currency_code


class TopUp(models.Model):
    """Money that came in from outside: taken on trust, or in cash by a cashier. One row per booked transfer."""

    class Method(models.TextChoices):
        TRUST = "trust", _("On trust")
        CASH = "cash", _("Cash")

    transfer = models.OneToOneField(Transfer, models.PROTECT, db_constraint=False, related_name="top_up")
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="top_ups")
    amount_minor = models.BigIntegerField()
    method = models.TextField(choices=Method)
    verified = models.BooleanField()
    booked_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(name="top_up_positive", condition=Q(amount_minor__gt=0))]
        indexes = [models.Index(name="top_up_of_the_day", fields=["wallet", "method", "booked_at"])]

    def __str__(self) -> str:
        return f"{self.get_method_display()} {self.amount}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.wallet.currency)


class Notification(models.Model):
    """Told to one member inside the wallet, written in the transaction that caused it."""

    class Kind(models.TextChoices):
        RECEIVED = "received", _("Money received")
        REQUESTED = "requested", _("Payment requested")
        REQUEST_PAID = "request_paid", _("Request paid")
        REQUEST_DECLINED = "request_declined", _("Request declined")
        REQUEST_CANCELLED = "request_cancelled", _("Request cancelled")
        TOPPED_UP = "topped_up", _("Topped up")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notifications")
    kind = models.TextField(choices=Kind)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    amount_minor = models.BigIntegerField()
    currency_code = models.TextField()
    transfer = models.ForeignKey(Transfer, models.PROTECT, null=True, db_constraint=False, related_name="+")
    payment_request = models.ForeignKey(PaymentRequest, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(name="notification_of_user", fields=["user", "-id"]),
            models.Index(name="notification_unread", fields=["user"], condition=Q(read_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, currency(self.currency_code))


class AuditRun(models.Model):
    """One look at the books: when, and how many rows broke a law."""

    at = models.DateTimeField(db_default=Now())
    breaches = models.IntegerField()

    class Meta:
        indexes = [models.Index(name="audit_run_newest", fields=["-at"])]

    def __str__(self) -> str:
        return f"{self.at}: {self.breaches}"
