"""The forms for changing a PIN, and for getting a new one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.people.models import User
from web.fields import PinField
from web.refusals import RefusableForm

from . import pin as pins


class NewPinForm(forms.Form):
    """Asks for the password before a forgotten PIN is replaced."""

    password = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise forms.ValidationError(_("This is not your password."))
        return password


class ChangePinForm(RefusableForm):
    """Asks for the current PIN and a new one. The view verifies the current PIN, since a wrong one must be counted."""

    pin = PinField(label=_("Current PIN"))
    new_pin = PinField(label=_("New PIN"), help_text=_("Six digits that others cannot guess."))
    new_pin_again = PinField(label=_("New PIN (again)"))

    def clean_new_pin(self) -> str:
        chosen = self.cleaned_data["new_pin"]
        if not pins.PIN.match(chosen):
            raise forms.ValidationError(_("A PIN has exactly six digits."))
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
