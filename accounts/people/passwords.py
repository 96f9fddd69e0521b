"""Changing a password: it also ends what else could act for the person.

Django ends the other sessions itself, since a session holds a hash of the password. Access tokens live on by
themselves, and whoever stole the old password may have made one.
"""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, ResetPasswordForm, ResetPasswordKeyForm
from allauth.core import context as current
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.tokens import service as api_tokens
from web.errors import TooManyTries
from web.waiting import on_form

from .addresses import owner_of
from .errors import PasswordWrong
from .letters import count_reset
from .tries import verify_password


class ChangeForm(ChangePasswordForm):
    """allauth's form, with the choice to keep one's programs working."""

    end_tokens = forms.BooleanField(
        label=_("Also revoke my access tokens"),
        initial=True,
        required=False,
        help_text=_("Programs that use them stop working. Leave it ticked if somebody may know your old password."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not api_tokens.tokens_of(self.user).exists():
            del self.fields["end_tokens"]

    def clean_oldpassword(self) -> str:
        """Verifies the old password, with the limits on guessing it that sign-in has."""
        password: str = self.cleaned_data["oldpassword"]
        try:
            verify_password(current.request, password)
        except PasswordWrong as wrong:
            raise forms.ValidationError(str(wrong), code=wrong.code) from wrong
        except TooManyTries as refusal:
            raise on_form(refusal) from refusal
        return password

    def save(self) -> None:
        super().save()
        if self.cleaned_data.get("end_tokens", True):
            api_tokens.revoke_all(self.user)


class AskResetForm(ResetPasswordForm):
    """allauth's form that asks for a letter to reset the password. Only the owner of a confirmed address gets it.

    It limits the letters.
    """

    def clean_email(self) -> str:
        """The address as its owner confirmed it, since the letter goes there; else as it was typed."""
        owner = owner_of(self.cleaned_data["email"])
        self.users = [owner] if owner is not None and owner.is_active else []
        address: str = owner.email if owner is not None else self.cleaned_data["email"]
        try:
            count_reset(current.request, address)
        except TooManyTries as refusal:
            raise on_form(refusal) from refusal
        return address


class ResetForm(ResetPasswordKeyForm):
    """allauth's form after a forgotten password. There is no choice: who had the account is not known."""

    def save(self) -> None:
        super().save()
        self.user.password_reset_at = timezone.now()  # for some time, the new password makes no new PIN
        self.user.save(update_fields=["password_reset_at"])
        api_tokens.revoke_all(self.user)
