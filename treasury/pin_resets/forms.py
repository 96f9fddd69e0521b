"""The form that starts a reset of somebody's PIN."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.fields import HandleField
from web.refusals import RefusableForm


class StartForm(RefusableForm):
    member = HandleField(for_staff=True, label=_("Who is it?"), help_text=_("Username or e-mail address"))
    recognised = forms.CharField(
        label=_("How did you recognise them?"),
        min_length=5,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Such as: I know her from the workshop. Your colleague reads this, and it is kept."),
    )
