"""Base classes of the forms about money: they carry a key, so that each form books at most once."""

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
    """A form with a hidden key, which the server makes. The form books at most once under this key.

    `currency` is needed if the form has an AmountField.
    """

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
    """The address of a form with the values that were typed before. The form that opens there has a new key."""
    return f"{reverse(page)}?{urlencode(typed)}"


class PinForm(RefusableForm):
    pin = PinField(required=False)  # the service checks whether a PIN is needed, and counts wrong ones


class KeyForm(forms.Form):
    """The form of a button that moves money: the key alone."""

    key = forms.UUIDField(widget=forms.HiddenInput)
