"""The forms of the profile, and of the pages of allauth for signing in, the second factor and one's address."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import AddEmailForm, LoginForm
from allauth.core import context as current
from allauth.mfa.base import forms as second_factor
from django import forms
from django.utils.translation import gettext_lazy as _

from web.errors import TooManyTries
from web.limits import give_back
from web.refusals import RefusableForm
from web.waiting import on_form

from .letters import count_confirmation
from .models import User
from .tries import count_code


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


class AnotherAddressForm(RefusableForm):
    email = forms.EmailField(label=_("Another address"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))


class AddressForm(AddEmailForm):
    """allauth's form for a new address, to which a letter goes. It limits the letters."""

    def clean_email(self) -> str:
        address: str = super().clean_email()
        try:
            count_confirmation(current.request, address)
        except TooManyTries as refusal:
            raise on_form(refusal) from refusal
        return address


class LimitsCodes(second_factor.BaseAuthenticateForm):
    """Limits the tries of a code of the second factor."""

    def clean_code(self) -> str:
        try:
            tries = count_code(current.request, self.user.pk)
        except TooManyTries as refusal:
            raise on_form(refusal) from refusal
        code: str = super().clean_code()
        give_back(tries)
        return code


class CodeForm(LimitsCodes, second_factor.AuthenticateForm):
    pass


class CodeAgainForm(LimitsCodes, second_factor.ReauthenticateForm):
    pass
