from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ledger.models import Wallet

from . import notes
from .errors import NoSuchUser
from .owners import wallet_by_handle


class HandleField(forms.CharField):
    """A form field for a username or e-mail address. Its cleaned value is the wallet of that member or merchant."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        super().__init__(widget=forms.TextInput(attrs=attrs), max_length=254, **kwargs)

    def clean(self, value: Any) -> Wallet:
        try:
            return wallet_by_handle(super().clean(value))
        except NoSuchUser as error:
            raise forms.ValidationError(str(error), code=error.code) from error


class NoteField(forms.CharField):
    """An optional note: one line of text, at most `notes.LONGEST` characters."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Note"),
            required=False,
            max_length=notes.LONGEST,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )

    def clean(self, value: Any) -> str:
        note = super().clean(value)
        if not notes.is_storable(note):
            raise forms.ValidationError(_("The note has characters that cannot be stored."), code="note_unreadable")
        return note
