"""The form with which a member adds a bank account."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.people.usernames import plain_name
from web.fields import PinField
from web.refusals import RefusableForm


class PayoutAccountForm(RefusableForm):
    """The service checks the IBAN and the PIN, in this order, so that a slip in the IBAN costs no try of the PIN."""

    holder = forms.CharField(
        label=_("Account holder"),
        max_length=70,
        validators=[plain_name],
        help_text=_("As the bank knows you."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    iban = forms.CharField(
        label=_("IBAN"),
        max_length=42,  # 34 signs, and a space after each four
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    pin = PinField(required=False)
