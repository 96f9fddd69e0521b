from __future__ import annotations

from django import forms

from accounts.people.usernames import plain_name
from payments.registration.forms import SignUpForm


class JsonSignUpForm(SignUpForm):
    """The rules of signing up, for a program that sends one name. A person may have no last name."""

    last_name = forms.CharField(required=False, max_length=80, validators=[plain_name])
