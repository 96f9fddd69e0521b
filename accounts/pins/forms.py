"""The forms for changing a PIN, and for getting a new one."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from web.fields import PinField
from web.refusals import RefusableForm

from . import pin as pins


class NewPinForm(RefusableForm):
    """Asks for the password before a forgotten PIN is replaced. The view verifies it, since wrong ones are counted."""

    password = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class ChosenPinForm(RefusableForm):
    """A new PIN that its owner chooses, typed twice."""

    new_pin = PinField(label=_("New PIN"), help_text=_("Six digits that others cannot guess."))
    new_pin_again = PinField(label=_("New PIN (again)"))

    def clean_new_pin(self) -> str:
        chosen = self.cleaned_data["new_pin"]
        if pins.is_easily_guessed(chosen):
            raise forms.ValidationError(_("This PIN is too easy to guess. Please choose another."))
        return chosen

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen = data.get("new_pin")
        if chosen and chosen != data.get("new_pin_again"):
            self.add_error("new_pin_again", _("The two new PINs are not the same."))
        return data


class ChangePinForm(ChosenPinForm):
    """Asks for the current PIN and a new one. The view verifies the current PIN, since a wrong one must be counted."""

    pin = PinField(label=_("Current PIN"))
    field_order = ["pin", "new_pin", "new_pin_again"]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        chosen = data.get("new_pin")
        if chosen and chosen == data.get("new_pin_again") and chosen == data.get("pin"):
            self.add_error("new_pin", _("This is your current PIN. Please choose another."))
        return data


class CodeForm(ChosenPinForm):
    """A code from staff, and the new PIN. Spaces, dashes and small letters in the code are no mistakes."""

    code = forms.CharField(
        label=_("Code"),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=_("Ten letters and digits, from a person of staff."),
    )
    field_order = ["code", "new_pin", "new_pin_again"]

    def clean_code(self) -> str:
        return re.sub(r"[\s\-]", "", self.cleaned_data["code"]).upper()


class KeepForm(RefusableForm):
    """Asks for the password, so that a PIN from staff pays all amounts again. The view verifies it."""

    password = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
