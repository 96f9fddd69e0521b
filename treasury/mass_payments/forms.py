"""The form with which a treasurer uploads a mass payment."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from payments import notes
from treasury.errors import FileUnreadable
from treasury.tables import MOST_BYTES
from web.forms import MoneyForm

from . import files
from .files import RawRow


class RowsField(forms.FileField):
    """Turns an uploaded CSV file into its rows, as they were typed."""

    def clean(self, data: Any, initial: Any = None) -> list[RawRow]:
        file = super().clean(data, initial)
        try:
            return files.read(file.read(MOST_BYTES + 1))  # one byte more shows that a file is too large
        except FileUnreadable as error:
            raise forms.ValidationError(str(error), code=error.code) from error


class MassPaymentForm(MoneyForm):
    title = forms.CharField(
        label=_("Title"),
        max_length=80,
        help_text=_("The same file is paid only once under the same title. Give each month its own title."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    file = RowsField(
        label=_("CSV file"),
        help_text=_("The first line names the columns: payee, amount, note. At most 10,000 rows and 1 MB, in UTF-8."),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def clean_title(self) -> str:
        title = " ".join(self.cleaned_data["title"].split())
        if not notes.is_storable(title):
            raise forms.ValidationError(_("The title has characters that cannot be stored."), code="title_unreadable")
        return title
