from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Answer(models.Model):
    """The answer to the first use of an idempotency key, written in the transaction that moved the money.

    `given` is the key as it came, and `key` what the ledger stores of it (`api.once.key_of`).

    `asked` is the content of that request, field by field. A later request with other content under the same key is
    refused with the name of the field that differs.

    `expires_at` is None where the operation moves or holds money: such an answer stays for ever.
    """

    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    key = models.UUIDField()
    given = models.TextField()
    operation = models.TextField()
    asked = models.JSONField()
    status = models.SmallIntegerField()
    body = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="answer_once_per_maker_and_key", fields=["maker", "key"])]
        indexes = [models.Index(name="answer_expires", fields=["expires_at"], condition=Q(expires_at__isnull=False))]

    def __str__(self) -> str:
        return f"{self.operation} {self.key}"


class Label(models.Model):
    """A reference and metadata that `maker` put on an object (a transfer, a payment request, a hold) by its UUID.

    `reference` is empty where only metadata came. There is no foreign key to the object: objects are in rooms above.
    """

    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    object = models.UUIDField()
    reference = models.TextField(blank=True)
    metadata = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(name="label_once_per_maker_and_object", fields=["maker", "object"])]
        indexes = [
            models.Index(name="label_by_reference", fields=["maker", "reference", "-id"], condition=~Q(reference=""))
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.object}"


class Use(models.Model):
    """How many requests of one kind a credential has taken in `minute`, by all processes (`api.rates`). Unlogged."""

    subject = models.TextField(primary_key=True)
    minute = models.DateTimeField()
    taken = models.IntegerField()

    def __str__(self) -> str:
        return self.subject


class Call(models.Model):
    """How many calls of a credential were answered with `status` on a day (`api.calls`)."""

    pk = models.CompositePrimaryKey("credential", "day", "status")
    credential = models.TextField()
    day = models.DateField()
    status = models.SmallIntegerField()
    calls = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.credential} {self.day} {self.status}"
