"""The forms for changing a PIN, and for getting a new one."""

from __future__ import annotations

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


class ChangePinForm(RefusableForm):
    """Asks for the current PIN and a new one. The view verifies the current PIN, since a wrong one must be counted."""

    pin = PinField(label=_("Current PIN"))
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
        elif chosen and chosen == data.get("pin"):
            self.add_error("new_pin", _("This is your current PIN. Please choose another."))
        return data
