"""The forms that register a person: by others, and by themselves."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.people import addresses
from accounts.people.queries import free_username
from accounts.people.usernames import USERNAME, plain_name, skeleton
from conversion.money import CURRENCIES
from web.refusals import RefusableForm

NAMES_OF_CURRENCIES = [(unit.code, f"{unit.code} – {unit.name}") for unit in CURRENCIES.values()]


class SignUpForm(RefusableForm):
    """Registers a person. About money it reads the currency only: the server decides the opening grant."""

    username = forms.CharField(
        label=_("Username"),
        validators=[USERNAME],
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        help_text=_("Other members use this name to send you money."),
    )
    first_name = forms.CharField(
        label=_("First name"),
        max_length=80,
        validators=[plain_name],
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=_("Last name"),
        max_length=80,
        validators=[plain_name],
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    email = forms.EmailField(label=_("Email"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    currency = forms.ChoiceField(label=_("Currency"), choices=NAMES_OF_CURRENCIES, initial="GBP")
    password1 = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 8 characters, not only digits, and not a common password."),
    )
    password2 = forms.CharField(
        label=_("Password (again)"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_username(self) -> str:
        username = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError(_("A user with that username already exists."))
        if User.objects.filter(username_key=skeleton(username)).exists():
            raise forms.ValidationError(
                _("This looks too much like a username that already exists. Please choose another.")
            )
        return username

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].lower()
        if addresses.owner_of(email):
            raise forms.ValidationError(_("A user with that e-mail address already exists."))
        return email

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        password = data.get("password1")
        if password and password != data.get("password2"):
            self.add_error("password2", _("The two passwords are not the same."))
        elif password:
            about = User(**{name: data.get(name, "") for name in ("username", "first_name", "last_name", "email")})
            try:
                validate_password(password, about)
            except forms.ValidationError as weak:
                self.add_error("password1", weak)
        return data

    def refuse_taken(self, field: str) -> None:
        """Shows on `field` that another person registered this name or address after the form was validated."""
        self.add_error(field, _("Another person took this a moment ago. Please choose another."))

    def as_person(self) -> dict[str, Any]:
        """Returns the keyword arguments of `service.register`."""
        person = {
            name: self.cleaned_data[name] for name in ("username", "first_name", "last_name", "email", "currency")
        }
        return person | {"password": self.cleaned_data["password1"]}


class OwnSignUpForm(SignUpForm):
    """The form by which people sign themselves up.

    Where addresses are confirmed, it takes one that another account has: a stranger would learn who is a member. That
    account cannot confirm it.
    """

    def clean_email(self) -> str:
        return super().clean_email() if addresses.count_as_confirmed() else self.cleaned_data["email"].lower()


class CardForm(SignUpForm):
    """Registers a person without an e-mail address, who gets a card instead. The key makes one account."""

    username = forms.CharField(
        label=_("Username"),
        required=False,
        validators=[USERNAME],
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        help_text=_("Leave it empty for one made of the name, such as zoe.zimmer."),
    )
    email = password1 = password2 = None  # type: ignore[assignment]  # Django leaves these fields out
    key = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ["first_name", "last_name", "username", "currency"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("key", uuid4())
        for name in ("first_name", "last_name"):
            self.fields[name].widget.attrs["autocomplete"] = "off"  # it is not the name of who types

    def as_person(self) -> dict[str, Any]:
        """Returns the keyword arguments of `service.register_with_card`, without who makes the card."""
        person = {name: self.cleaned_data[name] for name in ("key", "username", "first_name", "last_name", "currency")}
        if not person["username"]:
            person["username"] = free_username(person["first_name"], person["last_name"])
        return person
