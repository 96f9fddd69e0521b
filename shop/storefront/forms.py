from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from conversion.money import LARGEST_MINOR, Money
from shop.orders.pricing import MOST
from web.fields import PinField
from web.forms import MoneyForm


class PurchaseForm(MoneyForm):
    """Confirms a purchase. `shown` is the sum that the page showed, in the member's minor units."""

    shown = forms.IntegerField(min_value=1, max_value=LARGEST_MINOR, widget=forms.HiddenInput)
    pin = PinField(required=False)

    def show_sum(self, total: Money) -> None:
        """The page that is answered shows this sum, whatever the page before it showed."""
        self.initial["shown"] = total.minor
        if self.is_bound:
            self.data = dict(self.data.items()) | {"shown": total.minor}


class BuyForm(PurchaseForm):
    """What a tap sends: a variant, and how many."""

    variant = forms.UUIDField(widget=forms.HiddenInput)
    quantity = forms.IntegerField(min_value=1, max_value=MOST, initial=1, required=False, widget=forms.HiddenInput)

    def clean_quantity(self) -> int:
        return self.cleaned_data["quantity"] or 1


class QuantityForm(forms.Form):
    """How many of a variant are in the cart; zero takes it out."""

    variant = forms.UUIDField(widget=forms.HiddenInput)
    quantity = forms.IntegerField(min_value=0, max_value=MOST, label=_("Quantity"))
