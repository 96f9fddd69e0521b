"""The forms of a stock: how it is counted, deliveries and waste, and the numbers of a stock-take."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.fields import NoteField
from shop.fields import CountField
from shop.products.models import Variant
from web.forms import MoneyForm
from web.refusals import RefusableForm

STRICT, ON_TRUST = "strict", "trust"


class HowForm(RefusableForm):
    how = forms.ChoiceField(
        label=_("How is it counted?"),
        choices=[
            (STRICT, _("Strictly: what is not there is not sold")),
            (ON_TRUST, _("On trust: who has it in the hand is never refused")),
        ],
        widget=forms.RadioSelect,
    )


class MoveForm(MoneyForm):
    many = CountField(label=_("How many"))
    note = NoteField()

    def clean_many(self) -> int:
        many = self.cleaned_data["many"]
        if not many or many > 1_000_000:
            raise forms.ValidationError(_("Please write a number from 1 to 1,000,000."), code="many")
        return int(many)


class CountsForm(RefusableForm):
    """A field for each variant of a stock-take. What is left empty is not counted."""

    def __init__(self, *args: Any, variants: list[Variant], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for variant in variants:
            self.fields[f"v{variant.pk}"] = CountField(label=variant.title, required=False)

    def typed(self, variant: Variant) -> int | None:
        return self.cleaned_data.get(f"v{variant.pk}")
