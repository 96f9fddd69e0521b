"""Notifications, which members read; events, which programs read; and letters."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.functional import Promise

from conversion.money import Money, currency

from .kinds import known_kinds


class Notification(models.Model):
    """A message to one member inside the wallet, written in the transaction that caused it.

    `subject` is the reference of what happened, for example of a transfer. It is no foreign key, for two reasons: this
    room may not import the rooms that have those tables; and at SERIALIZABLE the check of a foreign key would read the
    database page to which all transactions write. The amount and its currency are NULL where no money moved.

    `mail_due_at` is when the messenger next looks whether this becomes a letter, or a line of one. It is NULL once that
    is decided. So these rows are also the queue of letters to be written.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notifications", db_index=False)
    kind = models.TextField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    amount_minor = models.BigIntegerField(null=True)
    currency_code = models.TextField(null=True)
    subject = models.UUIDField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)
    mail_due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="notification_amount_with_its_currency",
                condition=Q(amount_minor__isnull=True, currency_code__isnull=True)
                | Q(amount_minor__isnull=False, currency_code__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="notification_of_user", fields=["user", "-id"]),
            models.Index(name="notification_unread", fields=["user"], condition=Q(read_at__isnull=True)),
            models.Index(name="notification_to_mail", fields=["mail_due_at"], condition=Q(mail_due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.label)

    @property
    def label(self) -> str | Promise:
        """The label of the kind; its code if the app that brought the kind is no longer installed."""
        return known_kinds[self.kind].label if self.kind in known_kinds else self.kind

    @property
    def address(self) -> str:
        """The address of the page to which it leads; empty if the app that brought the kind is no longer installed.

        An empty address leads to the page on which the link is: the list of notifications.
        """
        return known_kinds[self.kind].address_of(self.subject) if self.kind in known_kinds else ""

    @property
    def page(self) -> str:
        """The name of the page to which it leads; empty if the app that brought the kind is no longer installed."""
        return known_kinds[self.kind].page if self.kind in known_kinds else ""

    @property
    def amount(self) -> Money | None:
        if self.amount_minor is None or self.currency_code is None:
            return None
        return Money(self.amount_minor, currency(self.currency_code))


class Listener(models.Model):
    """A person whose programs hear of events. `last_seq` is the number of the newest event that was told."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, primary_key=True, related_name="+", db_constraint=False
    )
    last_seq = models.BigIntegerField(db_default=0)

    def __str__(self) -> str:
        return str(self.user_id)


class Event(models.Model):
    """Something happened to `subject` (the reference of a transfer, a request, …), and `users` (ids) listen.

    The rows are a queue: whoever tells them to the listeners deletes them in the same transaction. An event that could
    not be told has the time in `failed_at` and waits for a new version of the program.
    """

    reference = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    kind = models.TextField()
    subject = models.UUIDField()
    users = ArrayField(models.BigIntegerField())
    happened_at = models.DateTimeField(db_default=Now())
    failed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Sending(models.Model):
    """What is sent in attempts until it has arrived or is given up: the columns that `outbox/attempts.py` works on.

    `due_at` is the moment of the next attempt. Whoever makes it holds the row until `lease_until`. `attempts` counts
    those that were begun, so a crash counts, too. A row is open until it is sent or dead.
    """

    created_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(db_default=0)
    last_error = models.TextField(db_default="")
    sent_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


IS_OPEN = Q(sent_at__isnull=True, dead_at__isnull=True)


class Mail(Sending):
    """A letter to one address, written in the transaction of what it tells.

    Its contents may hold secrets, as the link that resets a password. They are erased when it is sent, or too old to be
    sent (`outbox/mail/jobs.py`). `kind` says what it tells. `key` makes sure that one thing is told once.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    kind = models.TextField()
    address = models.TextField()
    subject = models.TextField()
    text = models.TextField()
    html = models.TextField()
    headers = models.JSONField()
    key = models.TextField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="mail_once_for_each_key", fields=["key"]),
            models.CheckConstraint(
                name="mail_sent_or_dead", condition=Q(sent_at__isnull=True) | Q(dead_at__isnull=True)
            ),
            models.CheckConstraint(
                name="mail_erased_when_sent", condition=Q(sent_at__isnull=True) | Q(text="", html="", headers={})
            ),
        ]
        indexes = [
            models.Index(name="mail_of_user", fields=["user", "created_at"]),
            models.Index(name="mail_due", fields=["due_at"], condition=IS_OPEN),
            models.Index(name="mail_sent", fields=["sent_at"], condition=Q(sent_at__isnull=False)),
            models.Index(name="mail_dead", fields=["dead_at"], condition=Q(dead_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"
