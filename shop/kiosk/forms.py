"""The forms of kiosks, of staff's pages about them, and of the member's choices.

Each form of a visit names it, so that a page of the last person's visit does nothing in the next one's.
"""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.fields import HandleField
from shop.sale_points.models import SalePoint
from web.fields import AmountField, PinField
from web.forms import MoneyForm
from web.refusals import RefusableForm

LONGEST_CODE = 200  # of what a reader types, signs around it included
TYPED_BY_READER = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "enterkeyhint": "send"}


class EnrolForm(RefusableForm):
    code = forms.CharField(
        label=_("Code"),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=_("Eight letters and digits, from staff."),
    )

    def clean_code(self) -> str:
        return re.sub(r"[\s\-]", "", self.cleaned_data["code"]).upper()


class WhoForm(RefusableForm):
    """A tap on a name of the list."""

    who = forms.UUIDField(widget=forms.HiddenInput)


class ScanForm(RefusableForm):
    """What a reader typed. `page` is a key of the page, so that a code is bought once from it."""

    code = forms.CharField(
        label=_("Card or barcode"),
        max_length=LONGEST_CODE,
        strip=False,
        widget=forms.TextInput(attrs=TYPED_BY_READER | {"autofocus": True}),
    )
    page = forms.UUIDField(widget=forms.HiddenInput)


class VisitForm(RefusableForm):
    """A button of a visit."""

    visit = forms.UUIDField(widget=forms.HiddenInput)


class VisitPinForm(VisitForm):
    pin = PinField(required=False)  # what is missing or wrong is the service's to say

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pin"].widget.attrs["autofocus"] = True


class BuyForm(VisitPinForm):
    """A tap on a tile: `shown` is what it would cost, in minor units of the member's currency."""

    variant = forms.UUIDField(widget=forms.HiddenInput)
    shown = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10**15)
    key = forms.UUIDField(widget=forms.HiddenInput)


class UndoForm(VisitForm):
    act = forms.UUIDField(widget=forms.HiddenInput)


class TopUpForm(MoneyForm, VisitForm):
    amount = AmountField()


class DeviceForm(RefusableForm):
    """A new device, for staff."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("Such as: Fridge tablet"))
    sale_point = forms.ModelChoiceField(SalePoint.objects.none(), label=_("Sale point"), empty_label=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["sale_point"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = SalePoint.objects.filter(kind=SalePoint.Kind.KIOSK, is_open=True).order_by("name")


class AttachForm(RefusableForm):
    """A member and the code of their card, which staff scan."""

    member = HandleField(for_staff=True, label=_("Member"), help_text=_("Username or e-mail address"))
    code = forms.CharField(
        label=_("Card"), max_length=LONGEST_CODE, strip=False, widget=forms.TextInput(attrs=TYPED_BY_READER)
    )


class AttachUnknownForm(RefusableForm):
    """The member to whom a card belongs that a kiosk did not know."""

    member = HandleField(for_staff=True, label=_("Member"))


class ChoiceForm(RefusableForm):
    in_list = forms.BooleanField(
        label=_("Show my name in the list at kiosks"),
        required=False,
        help_text=_("Your first name and the first letter of your last name. Everybody who stands there sees them."),
    )
    always_pin = forms.BooleanField(
        label=_("Always ask me for the PIN"),
        required=False,
        help_text=_("Otherwise each kiosk has a rule of its own, and small amounts may need no PIN."),
    )
