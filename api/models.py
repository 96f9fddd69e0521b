from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Answer(models.Model):
    """The answer to the first use of an idempotency key, written in the transaction that moved the money.

    `asked` is the content of that request, field by field. A later request with other content under the same key is
    refused with the name of the field that differs.
    """

    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    key = models.UUIDField()
    operation = models.TextField()
    asked = models.JSONField()
    status = models.SmallIntegerField()
    body = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(name="answer_once_per_maker_and_key", fields=["maker", "key"])]

    def __str__(self) -> str:
        return f"{self.operation} {self.key}"


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
