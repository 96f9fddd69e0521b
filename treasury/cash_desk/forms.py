"""The cash desk's form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conversion.errors import InvalidAmount
from conversion.parsing import parse_amount
from payments.fields import HandleField
from web.refusals import RefusableForm


class CashMemberForm(RefusableForm):
    """The member and the amount of cash.

    The amount is parsed last, in `clean`: it is in the member's currency, which is known only once the member is found.
    """

    member = HandleField(for_staff=True, label=_("Member"), help_text=_("Username or e-mail address"))
    amount = forms.CharField(
        label=_("Amount"),
        strip=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=_("In the member's own currency"),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "member" in data and "amount" in data:
            try:
                data["amount"] = parse_amount(data["amount"], data["member"].currency)
            except InvalidAmount as error:
                self.add_error("amount", forms.ValidationError(str(error), code=error.code))
        return data
