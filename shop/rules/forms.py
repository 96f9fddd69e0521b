"""The form of all rules. It has a field for each column of the table that may be set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversion.money import currency
from shop.fields import AmountOrZero, CountField
from web.refusals import RefusableForm

from .models import Rules

NOT_TYPED = {"id", "made_by", "made_at", "currency_code"}


@dataclass(frozen=True, slots=True)
class Label:
    """What a rule is called on its page, and the lowest and highest number that it takes, if it is no amount."""

    label: str | Promise
    help_text: str | Promise = ""
    lowest: int = 0
    highest: int = 10**9


LABELS = {
    "undo_minutes": Label(gettext_lazy("Minutes to undo a purchase"), gettext_lazy("0 to 1440"), 0, 1440),
    "recent_count": Label(gettext_lazy("Products under Recent"), gettext_lazy("0 to 40"), 0, 40),
    "often_count": Label(gettext_lazy("Products under Often"), gettext_lazy("0 to 40"), 0, 40),
    "often_days": Label(gettext_lazy("Days that count for Often"), gettext_lazy("1 to 366"), 1, 366),
    "low_minor": Label(gettext_lazy("A balance is low below"), gettext_lazy("The member is told so.")),
    "debt_default_minor": Label(
        gettext_lazy("Members may owe"), gettext_lazy("For purchases. A limit of a person counts instead of it.")
    ),
    "debt_reminder_days": Label(
        gettext_lazy("Days in debt before a reminder"), gettext_lazy("1 to 366; then once a week"), 1, 366
    ),
    "statement_day": Label(gettext_lazy("Day of the monthly statement"), gettext_lazy("1 to 28"), 1, 28),
}


def fields() -> list[str]:
    """The columns that are set on the page, in their order."""
    return [field.name for field in Rules._meta.get_fields() if field.concrete and field.name not in NOT_TYPED]


def label_of(name: str) -> Label:
    return LABELS.get(name) or Label(name.removesuffix("_minor").replace("_", " ").capitalize())


class RulesForm(RefusableForm):
    """Begins with the rules in force."""

    def __init__(self, *args: Any, now: Rules, **kwargs: Any) -> None:
        kwargs["initial"] = {name: _typed(now, name) for name in fields()}
        super().__init__(*args, **kwargs)
        unit = currency(now.currency_code)
        for name in fields():
            about = label_of(name)
            if name.endswith("_minor"):
                amount = AmountOrZero(label=about.label)
                amount.currency, amount.help_text = unit, f"{about.help_text} {unit.code}"
                self.fields[name] = amount
            else:
                self.fields[name] = CountField(label=about.label, help_text=about.help_text)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name, value in list(data.items()):
            about = label_of(name)
            if name.endswith("_minor"):
                data[name] = value.minor
            elif not about.lowest <= value <= about.highest:
                bounds = {"lowest": about.lowest, "highest": about.highest}
                text = _("Please write a number from %(lowest)s to %(highest)s.") % bounds
                self.add_error(name, forms.ValidationError(text, code="range"))
        return data


def _typed(now: Rules, name: str) -> str:
    value = getattr(now, name)
    if name.endswith("_minor"):
        unit = currency(now.currency_code)
        return f"{value / 10**unit.exponent:.{unit.exponent}f}"
    return str(value)
