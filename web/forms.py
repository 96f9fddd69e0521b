"""What people type about money, turned into what the services take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django import forms
from django.urls import reverse

from conversion.money import Currency

from .fields import AmountField, PinField
from .refusals import RefusableForm


class MoneyForm(RefusableForm):
    """Carries the key under which it books at most once; the server makes it."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, currency: Currency | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.initial.setdefault("key", uuid4())
        for field in self.fields.values():
            if isinstance(field, AmountField):
                assert currency is not None
                field.currency = currency
                field.help_text = currency.code


def filled_in(page: str, typed: Mapping[str, str]) -> str:
    """The address of a form, filled in with what was typed before. The form makes itself a new key."""
    return f"{reverse(page)}?{urlencode(typed)}"


class PinForm(RefusableForm):
    pin = PinField(required=False)  # the service says what is missing, and counts


class KeyForm(forms.Form):
    """A button that moves money."""

    key = forms.UUIDField(widget=forms.HiddenInput)
