from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Answer(models.Model):
    """The answer to the first use of an idempotency key, written in the transaction that moved the money.

    `given` is the key as it came, and `key` what the ledger stores of it (`api.once.key_of`).

    `asked` is the content of that request, field by field. A later request with other content under the same key is
    refused with the name of the field that differs.
    """

    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    key = models.UUIDField()
    given = models.TextField()
    operation = models.TextField()
    asked = models.JSONField()
    status = models.SmallIntegerField()
    body = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(name="answer_once_per_maker_and_key", fields=["maker", "key"])]

    def __str__(self) -> str:
        return f"{self.operation} {self.key}"
