from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from conversion.money import Money, currency
from shop.products.models import Product


class SalePoint(models.Model):
    """A place where things are sold: the members' pages, a kiosk that nobody staffs, or a till.

    `pin` says when a member types the PIN: always, or above `no_pin_up_to` for one purchase. A kiosk also counts what
    was bought without a PIN in one visit, up to `no_pin_per_visit`. A visit ends after `idle_s` seconds without a tap.
    """

    class Kind(models.TextChoices):
        WEB = "web", _("Members' pages")
        KIOSK = "kiosk", _("Kiosk")
        TILL = "till", _("Till")

    class Pin(models.TextChoices):
        NEVER = "never", _("Never")
        ABOVE = "above", _("Above an amount")
        ALWAYS = "always", _("Always")

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.TextField(unique=True)
    kind = models.TextField(choices=Kind)
    currency_code = models.TextField()
    pin = models.TextField(choices=Pin, default=Pin.ALWAYS)
    no_pin_up_to_minor = models.BigIntegerField(default=0)
    no_pin_per_visit_minor = models.BigIntegerField(default=0)
    idle_s = models.IntegerField(default=60)
    shows_amounts = models.BooleanField(default=False)
    signs_in_by_list = models.BooleanField(default=True)
    signs_in_by_card = models.BooleanField(default=True)
    confirms_age = models.BooleanField(default=False)
    is_open = models.BooleanField(default=True)
    products = models.ManyToManyField(Product, through="Listing", related_name="sale_points")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="sale_point_limits_not_negative",
                condition=Q(no_pin_up_to_minor__gte=0, no_pin_per_visit_minor__gte=0),
            ),
            models.CheckConstraint(name="sale_point_idles_for_a_while", condition=Q(idle_s__range=(10, 3600))),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def no_pin_up_to(self) -> Money:
        return Money(self.no_pin_up_to_minor, currency(self.currency_code))

    @property
    def no_pin_per_visit(self) -> Money:
        return Money(self.no_pin_per_visit_minor, currency(self.currency_code))


class Listing(models.Model):
    """A product that a sale point sells, and where people find it there."""

    sale_point = models.ForeignKey(SalePoint, models.PROTECT, related_name="listings", db_index=False)
    product = models.ForeignKey(Product, models.PROTECT, related_name="listings")
    section = models.TextField(blank=True)
    position = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="product_listed_once_at_a_sale_point", fields=["sale_point", "product"])
        ]

    def __str__(self) -> str:
        return f"{self.product} at {self.sale_point}"


class SalePointChange(models.Model):
    """What somebody changed of a sale point, in words. For ever."""

    sale_point = models.ForeignKey(SalePoint, models.PROTECT, related_name="changes", db_index=False)
    what = models.TextField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(name="changes_of_sale_point", fields=["sale_point", "-id"])]

    def __str__(self) -> str:
        return self.what
