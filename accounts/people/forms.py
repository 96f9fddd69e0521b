"""The forms of the profile and of the sign-in page."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm
from django import forms
from django.utils.translation import gettext_lazy as _

from web.refusals import RefusableForm

from .addresses import owner_of
from .models import User


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["first_name", "last_name"]


class SignInForm(LoginForm):
    """allauth's sign-in form, with a label that says what to type."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # allauth's field has the length of a username. The adapter finds the person by the address.
        attrs = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        self.fields["login"] = forms.CharField(label=_("Username or email"), widget=forms.TextInput(attrs=attrs))
        self.fields["password"].widget.attrs.pop("placeholder", None)


class ForgottenPasswordForm(ResetPasswordForm):
    """allauth's form, which sends a letter to the owner of a confirmed address and to nobody else."""

    def clean_email(self) -> str:
        """The address as its owner confirmed it, since the letter goes there; else as it was typed."""
        email = str(self.cleaned_data["email"])
        owner = owner_of(email)
        self.users = [owner] if owner is not None and owner.is_active else []
        return owner.email if owner is not None else email


class AnotherAddressForm(RefusableForm):
    email = forms.EmailField(label=_("Another address"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))
