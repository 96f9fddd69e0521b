"""The form for a new access token."""

from __future__ import annotations

from typing import cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.people.usernames import plain_name
from api.access import known_scopes
from web.fields import PinField, with_code
from web.refusals import RefusableForm

from .networks import networks_in


class NewTokenForm(RefusableForm):
    """What a program may do, and for how long.

    The view verifies the PIN and not this form, because verifying counts wrong tries in the database.
    """

    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        validators=[plain_name],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Which program will use the token, so that you recognise it later."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        initial=lambda: [next(iter(known_scopes))],  # the first scope, which allows reading only
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A token takes the place of your PIN: everybody who has it can do what you tick here."),
    )
    days = forms.TypedChoiceField(
        label=_("Expires"),
        coerce=int,
        initial=90,
        choices=[(7, _("in 7 days")), (30, _("in 30 days")), (90, _("in 90 days")), (365, _("in a year"))],
    )
    networks = forms.CharField(
        label=_("Only from these addresses"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_(
            "Internet addresses or networks where the program runs, such as 192.0.2.7 or 2001:db8::/32, at most 20."
            " Leave it empty if you do not know them."
        ),
    )
    pin = PinField(label=_("PIN"))

    def __init__(self, data: QueryDict | None = None, *, role: str) -> None:
        super().__init__(data)
        offered = [
            (scope.code, with_code(scope.label, scope.code)) for scope in known_scopes.values() if scope.is_for(role)
        ]
        cast(forms.MultipleChoiceField, self.fields["scopes"]).choices = offered

    def clean_networks(self) -> list[str]:
        return networks_in(self.cleaned_data["networks"])
