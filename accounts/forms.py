"""What people fill in about themselves."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from allauth.account.models import EmailAddress
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from conversion.money import CURRENCIES

from . import pins
from .models import ApiToken, User
from .usernames import USERNAME, plain_name, skeleton

NAMES_OF_CURRENCIES = [(unit.code, f"{unit.code} – {unit.name}") for unit in CURRENCIES.values()]


class SignUpForm(forms.Form):
    """Nothing about money is read from it but the currency: the opening credit is the server's."""

    username = forms.CharField(
        label=_("Username"),
        validators=[USERNAME],
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        help_text=_("Others send you money by this name."),
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
        help_text=_("At least 8 characters, not only digits, and no password that everybody uses."),
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
            raise forms.ValidationError(_("This is too easily mistaken for a username that already exists."))
        return username

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].lower()
        if User.objects.filter(email__iexact=email).exists() or EmailAddress.objects.filter(email=email).exists():
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
        """It was free when the form was read, and somebody else was quicker."""
        self.add_error(field, _("This was taken a moment ago. Please choose another."))

    def as_person(self) -> dict[str, str]:
        """The arguments of `services.register`."""
        person = {
            name: self.cleaned_data[name] for name in ("username", "first_name", "last_name", "email", "currency")
        }
        return person | {"password": self.cleaned_data["password1"]}


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["first_name", "last_name"]


class NewPinForm(forms.Form):
    """A forgotten PIN is replaced by who knows the password."""

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


class PinField(forms.CharField):
    """Six digits on a phone's number pad, hidden while typed, never filled in by the browser."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "numeric", "autocomplete": "off", "maxlength": 6}
        super().__init__(widget=forms.PasswordInput(attrs=attrs), **kwargs)


class ChangePinForm(forms.Form):
    """A PIN of one's own choice. The old one is verified by the view, which counts the try."""

    pin = PinField(label=_("Current PIN"))
    new_pin = PinField(label=_("New PIN"), help_text=_("Six digits that nobody guesses."))
    new_pin_again = PinField(label=_("New PIN (again)"))

    def clean_new_pin(self) -> str:
        chosen = self.cleaned_data["new_pin"]
        if not pins.PIN.match(chosen):
            raise forms.ValidationError(_("A PIN has exactly six digits."))
        if pins.is_easily_guessed(chosen):
            raise forms.ValidationError(_("This PIN is one of the first that anybody tries. Please choose another."))
        return chosen

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen = data.get("new_pin")
        if chosen and chosen != data.get("new_pin_again"):
            self.add_error("new_pin_again", _("The two new PINs are not the same."))
        elif chosen and chosen == data.get("pin"):
            self.add_error("new_pin", _("This is the PIN you have."))
        return data


class NewTokenForm(forms.Form):
    """What a program may do, and for how long. The PIN is verified by the view, which counts the try."""

    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        validators=[plain_name],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("By which you will know what uses it."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=ApiToken.Scope.choices,
        initial=[ApiToken.Scope.WALLET_READ],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("For everything but looking, the token takes the place of your PIN: whoever has it can do it."),
    )
    days = forms.TypedChoiceField(
        label=_("Expires"),
        coerce=int,
        initial=90,
        choices=[(7, _("in 7 days")), (30, _("in 30 days")), (90, _("in 90 days")), (365, _("in a year"))],
    )
    pin = PinField(label=_("PIN"))


class SignInForm(LoginForm):
    """allauth's, with a label that says what to type."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["login"]
        field.label = _("Username or email")
        field.widget.attrs = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        self.fields["password"].widget.attrs.pop("placeholder", None)
