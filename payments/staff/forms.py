"""What staff type."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conversion.money import AmountError, parse_amount
from payments import mass_files, notes
from payments.exceptions import FileUnreadable
from payments.forms import HandleField, MoneyForm
from payments.mass_files import RawRow


class CashMemberForm(forms.Form):
    """Whom, and how much: the amount is read in that member's currency, so once it is known who."""

    member = HandleField(label=_("Member"), help_text=_("Username or e-mail address"))
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
            except AmountError as error:
                self.add_error("amount", forms.ValidationError(error.message, code=error.code))
        return data


class RowsField(forms.FileField):
    """An uploaded CSV file to its rows, as they were typed."""

    def clean(self, data: Any, initial: Any = None) -> list[RawRow]:
        file = super().clean(data, initial)
        try:
            return mass_files.read(file.read(mass_files.MOST_BYTES + 1))
        except FileUnreadable as error:
            raise forms.ValidationError(str(error), code=error.code) from error


class MassPaymentForm(MoneyForm):
    title = forms.CharField(
        label=_("Title"),
        max_length=80,
        help_text=_("The same file is paid only once under one title: give each month its own."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    file = RowsField(
        label=_("CSV file"),
        help_text=_(
            "The first line names the columns: recipient, amount, note. At most 10,000 rows and 1 MB, in UTF-8."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def clean_title(self) -> str:
        title = " ".join(self.cleaned_data["title"].split())
        if not notes.is_storable(title):
            raise forms.ValidationError(_("The title has characters that cannot be stored."), code="title_unreadable")
        return title
