"""The form by which a person takes over an account with its card."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.people.forms import PASSWORD_RULE, ChoosesPassword, new_password_field
from web.fields import PinField


class ClaimForm(ChoosesPassword):
    username = forms.CharField(
        label=_("Username"),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    code = forms.CharField(
        label=_("Code"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=_("Twelve letters and digits. Small letters and spaces do not matter."),
    )
    pin = PinField()
    password1 = new_password_field(label=_("New password"), help_text=PASSWORD_RULE)
    password2 = new_password_field(label=_("New password (again)"))
    email = forms.EmailField(
        label=_("Email (optional)"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("With it, you can set a new password by yourself if you forget this one."),
    )

    def as_claim(self) -> dict[str, str]:
        """Returns the keyword arguments of `service.claim`."""
        typed = {name: self.cleaned_data[name] for name in ("username", "code", "pin", "email")}
        return typed | {"password": self.cleaned_data["password1"]}
