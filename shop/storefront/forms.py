from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from conversion.money import LARGEST_MINOR
from web.fields import PinField
from web.forms import MoneyForm

from .service import MOST


class BuyForm(MoneyForm):
    """What a tap sends: the variant, how many, and the sum that the page showed, in the member's minor units."""

    variant = forms.UUIDField(widget=forms.HiddenInput)
    shown = forms.IntegerField(min_value=1, max_value=LARGEST_MINOR, widget=forms.HiddenInput)
    quantity = forms.IntegerField(min_value=1, max_value=MOST, initial=1, required=False, widget=forms.HiddenInput)
    pin = PinField(required=False)

    def clean_quantity(self) -> int:
        return self.cleaned_data["quantity"] or 1


class QuantityForm(forms.Form):
    """How many of a variant are in the cart; zero takes it out."""

    variant = forms.UUIDField(widget=forms.HiddenInput)
    quantity = forms.IntegerField(min_value=0, max_value=MOST, label=_("Quantity"))


class PayForm(MoneyForm):
    shown = forms.IntegerField(min_value=1, max_value=LARGEST_MINOR, widget=forms.HiddenInput)
    pin = PinField(required=False)
