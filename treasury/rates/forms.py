"""The form in which an administrator sets a rate."""

from __future__ import annotations

import re
from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from web.refusals import RefusableForm

NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,12})?", re.ASCII)


class RateForm(RefusableForm):
    """How many units of the currency one pound is worth."""

    per_pound = forms.CharField(
        label=_("One pound is worth"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=_("In units of this currency, with a point before the decimals, like 1.1700"),
    )

    def clean_per_pound(self) -> Decimal:
        typed = self.cleaned_data["per_pound"]
        if not NUMBER.fullmatch(typed) or not Decimal(typed):
            raise forms.ValidationError(_("Please write a number above zero in digits, like 1.1700."))
        return Decimal(typed)
