"""The forms for adding a bank, and for its currencies."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from stdnum import bic, iban
from stdnum.exceptions import ValidationError

from accounts.people.usernames import plain_name
from conversion.errors import InvalidAmount
from conversion.money import currency
from conversion.parsing import parse_amount
from payments.registration.forms import NAMES_OF_CURRENCIES, SignUpForm
from web.refusals import RefusableForm


class CurrencyForm(RefusableForm):
    """A currency, and the most that the bank may deposit in it in a day."""

    currency = forms.ChoiceField(label=_("Currency"), choices=NAMES_OF_CURRENCIES, initial="GBP")
    daily_cap = forms.CharField(
        label=_("Limit a day"),
        strip=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=_("What this bank may deposit in a day, in this currency. Above it, its deposits are refused."),
    )

    def clean(self) -> dict[str, Any]:
        """The limit is parsed last, since its decimals depend on the currency."""
        data = super().clean() or {}
        if "currency" in data and "daily_cap" in data:
            try:
                data["daily_cap"] = parse_amount(data["daily_cap"], currency(data["currency"]))
            except InvalidAmount as error:
                self.add_error("daily_cap", forms.ValidationError(str(error), code=error.code))
        return data


class BankForm(CurrencyForm, SignUpForm):
    """Adds a bank: its account, our bank account there, and its first currency."""

    first_name = None  # type: ignore[assignment]  # Django's way to leave a field of the base out
    last_name = None  # type: ignore[assignment]
    name = forms.CharField(
        label=_("Name"), max_length=80, validators=[plain_name], widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    holder = forms.CharField(
        label=_("Account holder"),
        required=False,
        max_length=70,
        validators=[plain_name],
        help_text=_("Whose account at this bank members pay into, as they must write it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    iban = forms.CharField(
        label=_("IBAN"),
        required=False,
        max_length=42,  # 34 signs, and a space after each four
        help_text=_("Members see it on their page to top up. Without it they cannot pay in by bank transfer."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    bic = forms.CharField(
        label=_("BIC"),
        required=False,
        max_length=11,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    needs_reference = forms.BooleanField(
        label=_("Each deposit has a reference of its own"),
        required=False,
        initial=True,
        help_text=_("Without it, a deposit that is sent twice is booked twice."),
    )

    field_order = (
        *("name", "username", "email", "password1", "password2"),
        *("currency", "daily_cap", "holder", "iban", "bic", "needs_reference"),
    )

    def clean_iban(self) -> str:
        return _compact(iban, self.cleaned_data["iban"], _("This is not an IBAN: please check each digit."))

    def clean_bic(self) -> str:
        return _compact(bic, self.cleaned_data["bic"], _("This is not a BIC."))

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("iban") and not data.get("holder") and "holder" in data:
            self.add_error("holder", _("Please enter whose account this is."))
        return data

    def as_bank(self) -> dict[str, Any]:
        """Returns the keyword arguments of `service.create_bank`."""
        names = ("username", "name", "email", "daily_cap", "holder", "iban", "bic", "needs_reference")
        return {name: self.cleaned_data[name] for name in names} | {"password": self.cleaned_data["password1"]}


class TokenForm(RefusableForm):
    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        validators=[plain_name],
        help_text=_("Which program will use the token."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def _compact(standard: Any, text: str, refusal: Any) -> str:
    """The text without spaces, as the standard writes it. Raises forms.ValidationError where it is not valid."""
    if not text.strip():
        return ""
    try:
        return str(standard.validate(text))
    except ValidationError as error:
        raise forms.ValidationError(refusal) from error
