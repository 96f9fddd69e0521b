"""Form fields that several features of the shop need."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conversion.money import Money
from payments.notes import is_storable
from web.fields import AmountField

PERCENT = re.compile(r"([0-9]{1,2})(?:[.,]([0-9]))?", re.ASCII)
TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
ZERO = re.compile(r"0*(?:[.,]0*)?", re.ASCII)
WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)


def is_one_line(text: str) -> bool:
    """Whether it has no control characters, and none that turn the direction of the text beside it (U+202E)."""
    return is_storable(text) and not TURNS.search(text)


class OneLine(forms.CharField):
    """One line of text without control characters. Titles stand beside amounts, so they turn no text around."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 80)
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not is_one_line(text):
            raise forms.ValidationError(_("This has characters that cannot be stored."), code="unreadable")
        return text


class PercentField(forms.CharField):
    """A share as people write it ("19", "7.7", "7,7"). Its value is in thousandths."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> int:
        found = PERCENT.fullmatch((super().clean(value) or "0").strip(" \t\u00a0%"))
        if found is None:
            raise forms.ValidationError(_("Please write a percentage from 0 to 99.9, like 19 or 7.7."), code="percent")
        whole, tenths = found.groups(default="0")
        return int(whole) * 10 + int(tenths)

    def prepare_value(self, value: Any) -> Any:
        return as_percent(value) if isinstance(value, int) else value


class CountField(forms.CharField):
    """A whole number that is not negative, in ASCII digits; None where nothing was typed."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> int | None:
        text = super().clean(value).strip()
        if not text:
            return None
        if not WHOLE.fullmatch(text):
            raise forms.ValidationError(_("Please write a whole number in digits."), code="whole_number")
        return int(text)


def as_percent(permille: int) -> str:
    """190 → "19", 77 → "7.7"."""
    whole, tenths = divmod(permille, 10)
    return f"{whole}.{tenths}" if tenths else str(whole)


class AmountOrZero(AmountField):
    """An amount that may be zero, also where nothing is typed."""

    def __init__(self, *, label: Any, help_text: Any = "") -> None:
        super().__init__(required=False)
        self.label, self.about = label, help_text

    def clean(self, value: Any) -> Money:
        if ZERO.fullmatch((value or "").strip(" \t\u00a0")):
            return Money(0, self.currency)
        return super().clean(value)
