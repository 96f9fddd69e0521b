"""What staff type."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.forms import HandleField


class CashMemberForm(forms.Form):
    """First whom, then how much: the amount is read in that member's currency."""

    member = HandleField(label=_("Member"), help_text=_("Username or e-mail address"))
    amount = forms.CharField(
        label=_("Amount"), widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    )
