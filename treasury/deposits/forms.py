"""The form with which a treasurer uploads a bank's statement, and the one that recalls a deposit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conversion.errors import Refused
from payments.fields import NoteField
from treasury.banks.models import Clearing
from treasury.tables import MOST_BYTES
from web.forms import MoneyForm

from . import camt, files


class ClearingField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.bank} · {obj.wallet.currency_code}"


class StatementForm(MoneyForm):
    """The file's rows are read in `clean`, since a CAMT.053 document must be of the chosen bank's account."""

    clearing = ClearingField(
        label=_("Bank and currency"),
        queryset=Clearing.objects.select_related("bank__user", "wallet").order_by("bank__user__first_name", "pk"),
        empty_label=None,
    )
    file = forms.FileField(
        label=_("Statement"),
        help_text=_("A CAMT.053 file, or a CSV table with the columns reference, to, amount, details, date."),
        widget=forms.FileInput(attrs={"accept": ".xml,.csv,text/xml,text/csv"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "clearing" in data and "file" in data:
            try:
                data["rows"] = _rows(data["file"].read(MOST_BYTES + 1), data["clearing"])
            except Refused as error:
                self.add_error("file", forms.ValidationError(str(error), code=error.code))
        return data


class RecallForm(MoneyForm):
    reason = NoteField()


def _rows(data: bytes, clearing: Clearing) -> list[files.RawRow]:
    """Raises FileUnreadable, StatementUnreadable."""
    if camt.looks_like_xml(data):
        return camt.read(data, iban=clearing.bank.iban, currency=clearing.wallet.currency_code)
    return files.read_table(data)
