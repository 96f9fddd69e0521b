"""What the web room itself stores."""

from __future__ import annotations

from django.db import models


class Allowance(models.Model):
    """How much of a limit one subject has used (`web.limits`). It is used up while `full_again_at` is far ahead."""

    subject = models.TextField(primary_key=True)
    full_again_at = models.DateTimeField()
    last_key = models.TextField(null=True)  # of the try that was counted last

    class Meta:
        indexes = [models.Index(name="allowance_full_again_at", fields=["full_again_at"])]

    def __str__(self) -> str:
        return self.subject
