"""Kiosks: the devices that staff enrol, the visits of members at them, and the cards by which members sign in there."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from ledger.models import Transfer
from shop.orders.models import Order
from shop.sale_points.models import SalePoint


class KioskDevice(models.Model):
    """A tablet or computer at a sale point. It is enrolled once, with a code from staff, and then has a cookie.

    `code_digest` is the digest of the code, which works until `code_until`; `digest` is the SHA-256 of the cookie's
    token, in hexadecimal. Neither can be read from them. `last_seen` is when somebody last did something at it.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sale_point = models.ForeignKey(SalePoint, models.PROTECT, related_name="devices", db_index=False)
    name = models.TextField()
    code_digest = models.CharField(max_length=64, null=True, unique=True, editable=False)
    code_until = models.DateTimeField()
    digest = models.CharField(max_length=64, null=True, unique=True, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField(db_default=Now())
    enrolled_at = models.DateTimeField(null=True)
    last_seen = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="device_enrolled_with_a_token",
                condition=Q(digest__isnull=True, enrolled_at__isnull=True)
                | Q(digest__isnull=False, enrolled_at__isnull=False, code_digest__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Visit(models.Model):
    """A member at a device, from signing in to leaving. It is a row and no session: it opens nothing but the kiosk.

    It is over when it was ended, or when nothing was tapped for `SalePoint.idle_s` seconds after `last_at`; no job ends
    it. `proven_at`: the PIN was typed in this visit. `pin_is_limited`: that PIN was set with a code from staff.
    `without_pin_minor` is what was bought before a PIN was typed, undone or not, in the currency of the member's
    wallet. It is counted in the money transaction.
    """

    class How(models.TextChoices):
        LIST = "list", _("By the list")
        CARD = "card", _("By a card")

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    device = models.ForeignKey(KioskDevice, models.PROTECT, related_name="visits", db_index=False)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    how = models.TextField(choices=How)
    began_at = models.DateTimeField(db_default=Now())
    last_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    proven_at = models.DateTimeField(null=True)
    pin_is_limited = models.BooleanField(default=False)
    without_pin_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_visit_at_a_device", fields=["device"], condition=Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(name="visit_spends_no_less_than_nothing", condition=Q(without_pin_minor__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} at {self.device_id}"


class VisitAct(models.Model):
    """A purchase or a top-up on trust that was made in a visit, for ever. `order` is None for a top-up.

    `without_pin_minor` is what the purchase added to the visit's sum of that name.
    """

    visit = models.ForeignKey(Visit, models.PROTECT, db_constraint=False, related_name="acts", db_index=False)
    transfer = models.OneToOneField(Transfer, models.PROTECT, db_constraint=False, related_name="+")
    order = models.OneToOneField(Order, models.PROTECT, db_constraint=False, null=True, related_name="visit_act")
    without_pin_minor = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(name="acts_of_visit", fields=["visit", "-id"])]

    def __str__(self) -> str:
        return f"transfer {self.transfer_id} in visit {self.visit_id}"


class Tag(models.Model):
    """A card, sticker or printed barcode by which a member signs in at kiosks.

    `digest` is an HMAC of its code under PIN_PEPPER: the code itself is not stored. A lost one is revoked and stays.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="tags")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    added_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="tag_of_one_member", fields=["digest"], condition=Q(revoked_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"card of {self.member_id}"


class UnknownTag(models.Model):
    """A code that was read at a device and is nobody's card, kept for a day so that staff can attach it to a member.

    `member` had typed the PIN in the visit in which it was read; None if nobody had.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    device = models.ForeignKey(KioskDevice, models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    seen_at = models.DateTimeField(db_default=Now(), db_index=True)

    def __str__(self) -> str:
        return f"unknown card at {self.device_id}"


class KioskChoice(models.Model):
    """What a member chose about kiosks: to be in the list of names, and to be always asked for the PIN.

    Without a row, neither. `reference` names the member in the list.
    """

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, primary_key=True, related_name="kiosk_choice"
    )
    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    in_list = models.BooleanField(default=False)
    always_pin = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"choice of {self.member_id}"
