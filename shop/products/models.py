"""What is sold: products with variants, and their prices, which are never changed but followed by newer ones."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from conversion.money import Currency, Money
from ledger.models import Wallet

HIGHEST_MINOR = 10**9  # the price of one, in minor units


class Category(models.Model):
    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.TextField(unique=True)
    position = models.IntegerField(default=0)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """What a page shows. Its prices are in the currency of `seller`, a merchant's wallet, which never changes.

    A DEPOSIT is what another product brings into the cart, such as that of its bottle. `picture` is the digest of a
    Picture, or "". A product that is not shown is sold nowhere, and stays in orders.
    """

    class Kind(models.TextChoices):
        GOODS = "goods", _("Goods")
        DEPOSIT = "deposit", _("Deposit")

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    seller = models.ForeignKey(Wallet, models.PROTECT, related_name="products")
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="products")
    kind = models.TextField(choices=Kind, default=Kind.GOODS)
    name = models.TextField()
    description = models.TextField(blank=True)
    is_featured = models.BooleanField(default=False)
    picture = models.TextField(blank=True)
    is_shown = models.BooleanField(default=True)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(name="product_has_a_name", condition=~Q(name=""))]

    def __str__(self) -> str:
        return self.name

    @property
    def currency(self) -> Currency:
        return self.seller.currency


class Variant(models.Model):
    """What is put into a cart: a size or flavour of a product. A product without any has one variant, named "".

    `revision` is the price in force. Without one, the variant is not sold yet.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    product = models.ForeignKey(Product, models.PROTECT, related_name="variants", db_index=False)
    name = models.TextField(blank=True)
    position = models.IntegerField(default=0)
    revision = models.OneToOneField("Revision", models.PROTECT, null=True, related_name="current_of")
    is_shown = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(name="variant_named_once_in_a_product", fields=["product", "name"])]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return f"{self.product.name} {self.name}".rstrip()


class Revision(models.Model):
    """The title, price and VAT of a variant from then on. Lines of orders point at it for ever, so it never changes.

    `unit_minor` is the price of one, VAT included, in the seller's currency. `deposit` is the variant that each one
    brings with it. `minimum_age` is in years.
    """

    variant = models.ForeignKey(Variant, models.PROTECT, related_name="revisions", db_index=False)
    number = models.IntegerField()
    title = models.TextField()
    unit_minor = models.BigIntegerField()
    vat_permille = models.IntegerField(default=0)
    deposit = models.ForeignKey(Variant, models.PROTECT, null=True, related_name="+")
    minimum_age = models.IntegerField(null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(name="revision_numbered_once_in_a_variant", fields=["variant", "number"]),
            models.CheckConstraint(name="price_above_zero", condition=Q(unit_minor__range=(1, HIGHEST_MINOR))),
            models.CheckConstraint(name="vat_below_all", condition=Q(vat_permille__range=(0, 999))),
            models.CheckConstraint(
                name="minimum_age_in_years", condition=Q(minimum_age__isnull=True) | Q(minimum_age__range=(1, 99))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"

    @property
    def unit(self) -> Money:
        return Money(self.unit_minor, self.variant.product.currency)


class Barcode(models.Model):
    """A code on a product, as a scanner reads it: digits and capital letters, leading zeros kept."""

    code = models.TextField(primary_key=True)
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="barcodes")

    class Meta:
        constraints = [
            models.CheckConstraint(name="barcode_as_scanners_read_it", condition=Q(code__regex=r"^[0-9A-Z]{4,64}$"))
        ]

    def __str__(self) -> str:
        return self.code


class HappyHour(models.Model):
    """A time in which a variant costs `unit_minor` instead, once or every week, at one sale point or (None) at all.

    Where several overlap, the lowest price counts. A weekly one repeats its first window every seven days, by the
    clock of the installation's time zone. `ended_at`: staff ended it; no row is ever deleted.
    """

    variant = models.ForeignKey(Variant, models.PROTECT, related_name="happy_hours")
    sale_point = models.ForeignKey("shop.SalePoint", models.PROTECT, null=True, related_name="+")
    unit_minor = models.BigIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    is_weekly = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="happy_hour_price_above_zero", condition=Q(unit_minor__range=(1, HIGHEST_MINOR))
            ),
            models.CheckConstraint(name="happy_hour_starts_first", condition=Q(starts_at__lt=models.F("ends_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.variant} from {self.starts_at}"


class Picture(models.Model):
    """A picture of a product, as it is served: WebP without any metadata. `digest` is its SHA-256 in hexadecimal.

    It is in the database, and not in a folder: so every backup has it, and every web process.
    """

    digest = models.TextField(primary_key=True)
    content = models.BinaryField()
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(name="picture_named_by_its_digest", condition=Q(digest__regex=r"^[0-9a-f]{64}$"))
        ]

    def __str__(self) -> str:
        return self.digest


class Change(models.Model):
    """What somebody changed of a product besides its prices, in words. For ever."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="changes", db_index=False)
    what = models.TextField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(name="changes_of_product", fields=["product", "-id"])]

    def __str__(self) -> str:
        return self.what
