from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.people.usernames import plain_name
from web.refusals import RefusableForm


class InvitationForm(RefusableForm):
    name = forms.CharField(
        label=_("For whom"),
        max_length=80,
        validators=[plain_name],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Only administrators see this name. The person chooses their own."),
    )
