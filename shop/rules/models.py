from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from conversion.money import Money, currency


class Rules(models.Model):
    """The parameters of the shop, with who set them and when. The newest row is in force, and none is ever changed.

    Amounts are in `currency_code`. `low_minor`: a member with less is told so. A member's page counts what they bought
    in `often_days` for what they buy often. Who has owed money for `debt_reminder_days` is reminded once a week.
    """

    undo_minutes = models.IntegerField(default=60)
    recent_count = models.IntegerField(default=4)
    often_count = models.IntegerField(default=6)
    often_days = models.IntegerField(default=30)
    currency_code = models.TextField(default="GBP")
    low_minor = models.BigIntegerField(default=500)
    debt_default_minor = models.BigIntegerField(default=0)
    debt_reminder_days = models.IntegerField(default=30)
    statement_day = models.IntegerField(default=1)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(name="rules_undo_within_a_day", condition=Q(undo_minutes__range=(0, 1440))),
            models.CheckConstraint(
                name="rules_counts_of_tiles", condition=Q(recent_count__range=(0, 40), often_count__range=(0, 40))
            ),
            models.CheckConstraint(name="rules_often_within_a_year", condition=Q(often_days__range=(1, 366))),
            models.CheckConstraint(
                name="rules_amounts_not_negative", condition=Q(low_minor__gte=0, debt_default_minor__gte=0)
            ),
            models.CheckConstraint(
                name="rules_reminder_within_a_year", condition=Q(debt_reminder_days__range=(1, 366))
            ),
            models.CheckConstraint(name="rules_statement_on_a_day", condition=Q(statement_day__range=(1, 28))),
        ]

    def __str__(self) -> str:
        return f"rules of {self.made_at:%Y-%m-%d}"

    @property
    def low(self) -> Money:
        return Money(self.low_minor, currency(self.currency_code))

    @property
    def debt_default(self) -> Money:
        return Money(self.debt_default_minor, currency(self.currency_code))
