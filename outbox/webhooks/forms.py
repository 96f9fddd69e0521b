from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from events.types import known_types
from web.fields import PinField, with_code
from web.refusals import RefusableForm


class EndpointForm(RefusableForm):
    """Where events are sent, and which. The view checks the address, since that asks the name service."""

    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        widget=forms.URLInput(attrs={"autocomplete": "off", "placeholder": "https://"}),
        help_text=_("Events are sent there, signed, as soon as they happen."),
    )
    description = forms.CharField(label=_("Description"), max_length=100, required=False)
    types = forms.MultipleChoiceField(
        label=_("Which events"),
        choices=lambda: [
            (kind.code, with_code(kind.label, kind.code)) for kind in known_types().values() if kind.code != "ping"
        ],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("All, if you tick none."),
    )


class NewEndpointForm(EndpointForm):
    pin = PinField(label=_("PIN"))


class ChangedEndpointForm(EndpointForm):
    """Another address needs the PIN, as a new webhook does: whoever has only the session must not be sent events."""

    pin = PinField(label=_("PIN"), required=False, help_text=_("Only for another address."))

    def clean(self) -> None:
        if "url" in self.changed_data and "url" in self.cleaned_data and not self.cleaned_data.get("pin"):
            self.add_error("pin", _("Another address needs your PIN."))


class RollForm(RefusableForm):
    """A new secret. The old one signs along for a day, so that a program can be changed in between."""

    pin = PinField(label=_("PIN"))
    at_once = forms.BooleanField(label=_("The old secret ends at once"), required=False)
