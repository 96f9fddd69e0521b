"""Form fields for amounts and PINs."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from conversion.errors import InvalidAmount
from conversion.money import Currency, Money
from conversion.parsing import parse_amount

SIX_DIGITS = re.compile(r"[0-9]{6}", re.ASCII)


def with_code(label: str | Promise, code: str) -> SafeString:
    """A choice's label, and the code by which programs and their documentation name it."""
    return format_html('{} <code class="soft">{}</code>', label, code)


class AmountField(forms.CharField):
    """Parses typed text into `Money`, by the grammar of `conversion.parsing`, in the currency that the form sets."""

    currency: Currency

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off"}
        super().__init__(label=_("Amount"), strip=False, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> Money:
        try:
            return parse_amount(super().clean(value), self.currency)
        except InvalidAmount as error:
            raise forms.ValidationError(str(error), code=error.code) from error


class PinField(forms.CharField):
    """A field for a PIN: it opens a phone's number pad, hides the digits, and the browser does not fill it in.

    Spaces and dashes are left out, as between groups of digits. What has not six digits then is a slip of the finger
    and no guess: it is refused here, and does not count as a wrong try. Other alphabets' digits are refused likewise.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("PIN"))
        attrs = {"inputmode": "numeric", "autocomplete": "off"}
        super().__init__(max_length=12, widget=forms.PasswordInput(attrs=attrs), **kwargs)

    def to_python(self, value: Any) -> str:
        return re.sub(r"[\s\-‐-―]", "", super().to_python(value) or "")

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and not SIX_DIGITS.fullmatch(value):
            raise forms.ValidationError(_("A PIN has exactly six digits."), code="pin_unreadable")
