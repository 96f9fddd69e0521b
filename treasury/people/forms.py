from __future__ import annotations

from django import forms


class NewCardForm(forms.Form):
    """The form of a button that prints another card. It says which card it replaces, by when that was printed."""

    replaces = forms.DateTimeField(widget=forms.HiddenInput)
