from __future__ import annotations

from django.db import models


class Cut(models.Model):
    """A declared cut, as the witness signed it. `timestamp_rpc.cuts.Cut` says what the fields mean."""

    after = models.BigIntegerField()
    until = models.BigIntegerField()
    declared_at = models.DateTimeField()
    by = models.CharField(max_length=200)
    reason = models.CharField(max_length=1000)
    kept = models.CharField(max_length=64)
    public_key = models.BinaryField()
    signature = models.BinaryField(unique=True)

    class Meta:
        constraints = [models.CheckConstraint(name="cut_goes_back", condition=models.Q(after__lt=models.F("until")))]

    def __str__(self) -> str:
        return f"cut after seal {self.after}"
