"""The forms of a till, and what is on its counter: it is all in the address, so the page works without JavaScript."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from conversion.money import LARGEST_MINOR, Money
from web.fields import PinField
from web.forms import MoneyForm

MOST = 99  # of one product
MOST_LINES = 40
LINE = re.compile(r"([0-9]{1,18})x([0-9]{1,2})", re.ASCII)
GIVEN = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Counter:
    """What lies on the counter, and who is there. Whatever is no such text in the address is left out.

    `basket` has the quantity of each variant by its number, `back` the deposits that come back. `given` is the cash
    that the buyer gave, in minor units.
    """

    basket: tuple[tuple[int, int], ...] = ()
    back: tuple[tuple[int, int], ...] = ()
    member: UUID | None = None
    is_cash: bool = False
    given: int = 0
    search: str = ""

    @classmethod
    def of(cls, typed: QueryDict) -> Counter:
        given = typed.get("given", "")
        return cls(
            basket=_lines(typed.get("basket", "")),
            back=_lines(typed.get("back", ""))[:1],
            member=_uuid(typed.get("member", "")),
            is_cash=typed.get("cash", "") == "1",
            given=int(given) if GIVEN.fullmatch(given) else 0,
            search=typed.get("q", "").replace("\0", "").strip()[:80],
        )

    def address(self, **changes: Any) -> str:
        """The address of the page with these changes."""
        changed = replace(self, **changes)
        asked = {
            "basket": text_of(changed.basket),
            "back": text_of(changed.back),
            "member": changed.member or "",
            "cash": "1" if changed.is_cash else "",
            "given": changed.given or "",
        }
        return "?" + urlencode({name: value for name, value in asked.items() if value})

    def with_more(self, variant: int, more: int) -> tuple[tuple[int, int], ...]:
        """The basket with so many more of a variant, or fewer."""
        quantities = dict(self.basket)
        quantities[variant] = min(quantities.get(variant, 0) + more, MOST)
        return tuple((number, quantity) for number, quantity in quantities.items() if quantity > 0)[:MOST_LINES]


def text_of(lines: tuple[tuple[int, int], ...]) -> str:
    return ".".join(f"{variant}x{quantity}" for variant, quantity in lines)


def _lines(text: str) -> tuple[tuple[int, int], ...]:
    found = [LINE.fullmatch(part) for part in text.split(".")[:MOST_LINES]]
    lines = {int(each[1]): int(each[2]) for each in found if each}
    return tuple((variant, quantity) for variant, quantity in lines.items() if quantity)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


class SellForm(MoneyForm):
    """What is sold, and the sum that the page showed, in the payer's minor units. Without a member it is for cash."""

    basket = forms.CharField(widget=forms.HiddenInput, max_length=1000)
    member = forms.UUIDField(widget=forms.HiddenInput, required=False)
    shown = forms.IntegerField(min_value=1, max_value=LARGEST_MINOR, widget=forms.HiddenInput)
    given = forms.IntegerField(min_value=0, max_value=LARGEST_MINOR, widget=forms.HiddenInput, required=False)
    id_seen = forms.BooleanField(label=_("ID seen"), required=False)
    pin = PinField(required=False, label=_("The member's PIN"))

    def ask(self, *, shown: Money, age: int, pin: bool) -> None:
        """Prepares the form to be shown: with the sum as it is now, and with what this sale asks for."""
        if self.is_bound:
            self.data = dict(self.data.items()) | {"shown": str(shown.minor)}
        self["id_seen"].label = _("ID seen: %(age)d or older") % {"age": age}
        for name, is_asked in (("id_seen", age), ("pin", pin)):
            if not is_asked:
                self.fields[name].widget = forms.HiddenInput()

    def clean_basket(self) -> tuple[tuple[int, int], ...]:
        if not (lines := _lines(self.cleaned_data["basket"])):
            raise forms.ValidationError(_("There is nothing in the basket."), code="basket_empty")
        return lines


class BackForm(MoneyForm):
    """Deposits that come back: which, how many, and to whom; without a member in cash."""

    back = forms.CharField(widget=forms.HiddenInput, max_length=40)
    member = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def clean_back(self) -> tuple[int, int]:
        if not (lines := _lines(self.cleaned_data["back"])):
            raise forms.ValidationError(_("No deposit was chosen."), code="no_deposit")
        return lines[0]
