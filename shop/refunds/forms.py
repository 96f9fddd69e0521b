from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.fields import NoteField
from shop.fields import CountField
from shop.orders.models import Line
from web.fields import PinField
from web.forms import MoneyForm


class RefundLinesForm(MoneyForm):
    """How many of each line are given back; a field for every line of which something is left."""

    reason = NoteField()
    restock = forms.BooleanField(label=_("Put the goods back into stock"), required=False)
    pin = PinField(required=False)

    def __init__(self, *args: Any, lines: Sequence[Line], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("Reason")
        self.lines = [line for line in lines if line.refunded_quantity < line.quantity]
        names = []
        for line in self.lines:
            left = line.quantity - line.refunded_quantity
            names.append(f"line_{line.number}")
            self.fields[names[-1]] = CountField(
                label=line.title, required=False, help_text=_("%(left)s at most") % {"left": left}
            )
        self.order_fields([*names, "reason", "restock", "pin"])

    @property
    def quantities(self) -> dict[int, int]:
        """By the lines' numbers, those above zero."""
        typed = ((line.number, self.cleaned_data.get(f"line_{line.number}")) for line in self.lines)
        return {number: many for number, many in typed if many}
