from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ledger.models import Wallet
from web.errors import TooManyTries
from web.forms import MoneyForm
from web.waiting import on_form

from . import notes
from .errors import NoSuchUser
from .owners import wallet_by_handle


class HandleField(forms.CharField):
    """A form field for a username or e-mail address. Its cleaned value is the wallet of that member or merchant.

    `asker` is as in `wallet_by_handle`. A form of members must set it (`FromWallet`).
    """

    asker: Wallet | None

    def __init__(self, *, for_staff: bool = False, **kwargs: Any) -> None:
        if for_staff:
            self.asker = None
        attrs = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        super().__init__(widget=forms.TextInput(attrs=attrs), max_length=254, **kwargs)

    def clean(self, value: Any) -> Wallet:
        try:
            return wallet_by_handle(super().clean(value), asker=self.asker)
        except NoSuchUser as error:
            raise forms.ValidationError(str(error), code=error.code) from error
        except TooManyTries as refusal:
            raise on_form(refusal) from refusal


class FromWallet(MoneyForm):
    """A form about money between a member's `wallet` and another person, whom the member names."""

    def __init__(self, *args: Any, wallet: Wallet, **kwargs: Any) -> None:
        super().__init__(*args, currency=wallet.currency, **kwargs)
        for field in self.fields.values():
            if isinstance(field, HandleField):
                field.asker = wallet


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
