"""What people type about money, turned into what the services take."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from conversion.money import AmountError, Currency, Money, parse_amount

from . import notes, queries
from .exceptions import NoSuchRecipient
from .models import Hold, Wallet


class AmountField(forms.CharField):
    """Typed text to `Money`, by the one grammar of `conversion.parsing`, in the currency the form was given."""

    currency: Currency

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off"}
        super().__init__(label=_("Amount"), strip=False, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> Money:
        try:
            return parse_amount(super().clean(value), self.currency)
        except AmountError as error:
            raise forms.ValidationError(error.message, code=error.code) from error


class HandleField(forms.CharField):
    """A username or an e-mail address to that member's wallet."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        super().__init__(widget=forms.TextInput(attrs=attrs), max_length=254, **kwargs)

    def clean(self, value: Any) -> Wallet:
        try:
            return queries.wallet_by_handle(super().clean(value))
        except NoSuchRecipient as error:
            raise forms.ValidationError(str(error), code=error.code) from error


class NoteField(forms.CharField):
    """Plain words on one line."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Note"),
            required=False,
            max_length=notes.LONGEST,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )

    def clean(self, value: Any) -> str:
        note = super().clean(value)
        if not notes.is_storable(note):
            raise forms.ValidationError(_("The note has characters that cannot be stored."), code="note_unreadable")
        return note


class MoneyForm(forms.Form):
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


class SendMoneyForm(MoneyForm):
    recipient = HandleField(label=_("Recipient"), help_text=_("Username or e-mail address"))
    amount = AmountField()
    note = NoteField()


class RequestMoneyForm(MoneyForm):
    payer = HandleField(label=_("From"), help_text=_("Username or e-mail address"))
    amount = AmountField()
    note = NoteField()


class HoldForm(MoneyForm):
    payee = HandleField(label=_("Recipient"), help_text=_("Username or e-mail address"))
    amount = AmountField()
    purpose = forms.ChoiceField(
        label=_("What for"),
        initial=Hold.Purpose.TWO_STEP,
        widget=forms.RadioSelect,
        choices=[
            (Hold.Purpose.TWO_STEP, _("An offer: they accept it whole, or you take it back")),
            (Hold.Purpose.AUTHORIZATION, _("A deposit: they may take any part of it, you cannot take it back")),
        ],
    )
    note = NoteField()


class CaptureForm(MoneyForm):
    amount = AmountField()


class TopUpForm(MoneyForm):
    amount = AmountField()


class PinField(forms.CharField):
    def __init__(self) -> None:
        attrs = {"inputmode": "numeric", "autocomplete": "off", "maxlength": "6"}
        super().__init__(label=_("PIN"), required=False, max_length=12, widget=forms.PasswordInput(attrs=attrs))


class RefundForm(MoneyForm):
    amount = AmountField()
    pin = PinField()


class PinForm(forms.Form):
    pin = PinField()


class KeyForm(forms.Form):
    """A button that moves money."""

    key = forms.UUIDField(widget=forms.HiddenInput)
