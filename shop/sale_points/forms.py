"""The forms of a sale point."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from conversion.money import CURRENCIES, Currency
from shop.fields import AmountOrZero, CountField, OneLine
from web.refusals import RefusableForm

from .models import SalePoint


class NewSalePointForm(RefusableForm):
    name = OneLine(label=_("Name"), max_length=40, help_text=_("Like Fridge, Bar or Online."))
    kind = forms.ChoiceField(label=_("Kind"), choices=SalePoint.Kind.choices)
    currency = forms.ChoiceField(label=_("Currency of its limits"), choices=[(code, code) for code in CURRENCIES])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"currency": settings.DEFAULT_CURRENCY})
        super().__init__(*args, **kwargs)


class SalePointForm(RefusableForm):
    name = OneLine(label=_("Name"), max_length=40)
    is_open = forms.BooleanField(label=_("Open: it sells"), required=False)
    pin = forms.ChoiceField(label=_("When is the PIN asked for?"), choices=SalePoint.Pin.choices)
    no_pin_up_to = AmountOrZero(
        label=_("No PIN up to"), help_text=_("For one purchase, if the PIN is asked for above an amount.")
    )
    no_pin_per_visit = AmountOrZero(
        label=_("No PIN in one visit up to"), help_text=_("At a kiosk: all purchases of a visit together.")
    )
    idle_s = CountField(label=_("A visit ends after"), help_text=_("Seconds without a tap, from 10 to 3600."))
    shows_amounts = forms.BooleanField(
        label=_("Shows balances as amounts"), required=False, help_text=_("Otherwise a colour and a word.")
    )
    signs_in_by_list = forms.BooleanField(label=_("Sign in by the list of names"), required=False)
    signs_in_by_card = forms.BooleanField(label=_("Sign in by card or barcode"), required=False)
    confirms_age = forms.BooleanField(
        label=_("Sells what has a minimum age"), required=False, help_text=_("Somebody there must look at an ID.")
    )

    def __init__(self, *args: Any, currency: Currency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, AmountOrZero):
                field.currency, field.help_text = currency, f"{field.about} {currency.code}"

    def clean_idle_s(self) -> int:
        seconds = self.cleaned_data["idle_s"]
        if seconds is None or not 10 <= seconds <= 3600:
            raise forms.ValidationError(_("Please write a number of seconds from 10 to 3600."), code="idle")
        return int(seconds)

    @property
    def values(self) -> dict[str, Any]:
        """The fields of the sale point."""
        typed = dict(self.cleaned_data)
        for limit in ("no_pin_up_to", "no_pin_per_visit"):
            typed[f"{limit}_minor"] = typed.pop(limit).minor
        return typed
