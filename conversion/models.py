"""The rates that an installation fetched or that staff set, and its own units."""

from __future__ import annotations

from fractions import Fraction
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

FETCHED = ("ecb", "service")


class Rate(models.Model):
    """What a currency is worth: `units` of it are as much as `pivot_units` pounds. Rows are only added.

    The two numbers are as the source says them, so that the rate is an exact fraction. The newest row that is not
    refused counts, from `valid_from` on.

    A row that differs too much from the one before it (RATES_BAND_PERCENT) is stored as refused. An administrator may
    confirm it: then a second row with the same numbers counts, and `confirms` the refused one.

    `dated` is the source's own date of the rate; a person's is the moment of typing. `made_by` is the id of the person
    who set or confirmed it, NULL for a fetched row.
    """

    class Source(models.TextChoices):
        ECB = "ecb", _("European Central Bank")
        SERVICE = "service", _("rate service")
        STAFF = "staff", _("set by hand")

    reference = models.UUIDField(default=uuid4, unique=True, editable=False)
    currency_code = models.TextField(db_column="currency")
    units = models.DecimalField(max_digits=40, decimal_places=20)
    pivot_units = models.DecimalField(max_digits=40, decimal_places=20)
    source = models.TextField(choices=Source)
    dated = models.DateTimeField()
    valid_from = models.DateTimeField(db_default=Now(), editable=False)
    made_by_id = models.BigIntegerField(db_column="made_by", null=True)
    is_refused = models.BooleanField(default=False)
    confirms = models.OneToOneField("self", models.PROTECT, null=True, related_name="confirmed_by")

    class Meta:
        constraints = [
            models.CheckConstraint(name="rate_is_positive", condition=Q(units__gt=0, pivot_units__gt=0)),
            models.CheckConstraint(name="rate_is_not_of_the_pivot", condition=~Q(currency_code="GBP")),
            models.CheckConstraint(
                name="rate_has_a_maker_if_a_person_made_it",
                condition=Q(made_by_id__isnull=True, confirms=None, source__in=FETCHED)
                | Q(made_by_id__isnull=False) & (Q(source="staff") | Q(confirms__isnull=False)),
            ),
            models.CheckConstraint(
                name="rate_that_confirms_is_not_refused", condition=Q(confirms=None) | Q(is_refused=False)
            ),
            models.UniqueConstraint(
                name="rate_once_in_a_document",
                fields=["currency_code", "source", "dated"],
                condition=Q(confirms=None, source__in=FETCHED),
            ),
        ]
        indexes = [models.Index(F("currency_code"), F("id").desc(), name="rate_newest")]

    def __str__(self) -> str:
        return f"{self.currency_code} {self.units.normalize():f} = {self.pivot_units.normalize():f} GBP"

    @property
    def per_pivot(self) -> Fraction:
        """How many units of the currency one pound is worth."""
        return Fraction(self.units) / Fraction(self.pivot_units)


class OwnUnit(models.Model):
    """A unit that the settings name, or named once (`conversion.units`). `migrate` alone writes it."""

    code = models.TextField(primary_key=True)
    decimals = models.PositiveSmallIntegerField()
    name = models.TextField()

    def __str__(self) -> str:
        return self.code
