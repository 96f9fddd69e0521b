"""What members are told inside the wallet."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from conversion.money import Money, currency


class Notification(models.Model):
    """Told to one member inside the wallet, written in the transaction that caused it.

    What happened is known by its id alone: this room stands below those rows, and under SERIALIZABLE the check of a
    foreign key would read the page that everybody writes to.
    """

    class Kind(models.TextChoices):
        RECEIVED = "received", _("Money received")
        REQUESTED = "requested", _("Payment requested")
        REQUEST_PAID = "request_paid", _("Request paid")
        REQUEST_DECLINED = "request_declined", _("Request declined")
        REQUEST_CANCELLED = "request_cancelled", _("Request cancelled")
        TOPPED_UP = "topped_up", _("Topped up")
        HELD = "held", _("Money reserved for you")
        OFFERED = "offered", _("Money waiting to be accepted")
        HOLD_CAPTURED = "hold_captured", _("Reserved amount paid")
        HOLD_RELEASED = "hold_released", _("Reserved amount released")
        REFUNDED = "refunded", _("Money refunded")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notifications", db_index=False)
    kind = models.TextField(choices=Kind)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    amount_minor = models.BigIntegerField()
    currency_code = models.TextField()
    transfer_id = models.BigIntegerField(null=True)
    payment_request_id = models.BigIntegerField(null=True)
    hold_id = models.BigIntegerField(null=True)
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
