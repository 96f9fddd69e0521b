from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from shop.products.models import Variant
from shop.sale_points.models import SalePoint


class CartLine(models.Model):
    """A variant in a member's cart at a sale point, with the price of one that the member saw, in their currency."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    sale_point = models.ForeignKey(SalePoint, models.CASCADE, related_name="+", db_index=False)
    variant = models.ForeignKey(Variant, models.CASCADE, related_name="+", db_index=False)
    quantity = models.IntegerField()
    shown_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="cart_has_a_variant_once", fields=["member", "sale_point", "variant"]),
            models.CheckConstraint(name="cart_line_of_some", condition=Q(quantity__range=(1, 99))),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.variant}"
